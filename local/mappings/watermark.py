"""How far a shard is done, when its records finish in any order."""

from __future__ import annotations

import threading
from collections import deque


class Watermark:
    """The last record of a shard before which nothing is unfinished. Safe to share between threads.

    >>> mark = Watermark()
    >>> for sequence in ("1", "2", "3"):
    ...     mark.take(sequence)
    >>> mark.settle("2"), mark.settle("1"), mark.settle("3")
    (None, '2', '3')
    """

    def __init__(self) -> None:
        self._pending: deque[str] = deque()
        self._settled: set[str] = set()
        self._lock = threading.Lock()

    def take(self, sequence: str) -> None:
        """Note a record that was read; in the order of the shard."""
        with self._lock:
            self._pending.append(sequence)

    def settle(self, *sequences: str) -> str | None:
        """Note records that are finished (handled, filtered out or discarded).

        Returns:
            The sequence number up to which the shard is now done, or None when that did not move.
        """
        with self._lock:
            self._settled.update(sequences)
            position = None
            while self._pending and self._pending[0] in self._settled:
                position = self._pending.popleft()
                self._settled.remove(position)
            return position
