"""Named questions to the lake, one file of Athena's SQL each, and what asks them."""
