"""Faults injected into the whole path of a suggestion, on a laptop cloud of its own."""
