"""The use cases of Divisa, one a file; they know ports and domain only."""
