"""The API fuzzed as its document says, on a laptop cloud of its own."""
