"""What runs the lake's SQL: Spark (Glue's on AWS, Sail on a laptop) on Iceberg tables, or DuckDB on its own."""
