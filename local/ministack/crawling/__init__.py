"""What lies below an address in S3, as tables of the Glue catalog."""
