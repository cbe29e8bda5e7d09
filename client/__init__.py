"""A typed client of Divisa's API, for tests, notebooks and the command line."""
