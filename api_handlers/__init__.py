"""Thin Lambda entrypoints behind API Gateway."""
