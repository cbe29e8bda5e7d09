"""Athena's SQL on the tables of MiniStack's Glue catalog: Hive-style files, views and Iceberg, run by DuckDB."""
