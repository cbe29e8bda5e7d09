"""Files of a contract, on their way into the lake."""
