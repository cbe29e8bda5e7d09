"""What the tools make of serverless.yml and of the code: Node and wheels are fetched on first use."""
