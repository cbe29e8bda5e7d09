"""Thin Lambda entrypoints for streams and queues: parse the event, make one call, map the answer."""
