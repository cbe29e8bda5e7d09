"""A queue of erasures in a list."""

from __future__ import annotations


class MemoryErasureQueue:
    """`ErasureQueue` of one process.

    Attributes:
        requests: who is to be erased, in the order in which it was asked.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []

    def put(self, user_id: str) -> None:
        """Ask for a person's erasure. Asking twice is harmless."""
        self.requests.append(user_id)
