"""What a job of AWS Glue finds when it runs: its script's own process, the Spark engine, and Glue's own library."""
