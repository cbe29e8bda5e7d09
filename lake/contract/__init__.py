"""What there is to say about each dataset, read from one file and checked."""
