"""The part of Glue's own Python library that a job needs which speaks to Spark in SQL."""
