"""The lake: every feed in, every row accounted for, one definition of each table."""
