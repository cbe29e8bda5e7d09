"""The ways by which files come into the lake that nobody hands in."""
