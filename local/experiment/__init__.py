"""The closed-loop experiment with the model in it: trained on each seed's untold years, asked in the told ones."""
