"""Benchmarks: each prints one JSON line; `python -m bench` runs them all and writes bench/results/core.json."""
