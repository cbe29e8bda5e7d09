"""Which records go into one invocation, and when."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from local.mappings.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INVOCATION_BYTES = 6 * 1024 * 1024
"""Largest event of a synchronous invocation."""
_ENVELOPE_BYTES = len('{"Records":[]}')

Batch = list[Record]
Lane = list[Batch]


def batches_of(records: Sequence[Record], batch_size: int, limit: int = INVOCATION_BYTES) -> Iterator[Batch]:
    """Cut records, in order, into batches of at most `batch_size` records and `limit` bytes of event.

    A record that is larger than the limit by itself gets a batch of its own.
    """
    batch: Batch = []
    size = _ENVELOPE_BYTES
    for record in records:
        weight = len(record.body.encode()) + 1
        if batch and (len(batch) == batch_size or size + weight > limit):
            yield batch
            batch, size = [], _ENVELOPE_BYTES
        batch.append(record)
        size += weight
    if batch:
        yield batch


def lanes_of(records: Sequence[Record], lanes: int) -> list[list[Record]]:
    """Spread records over lanes so that one order key always has one lane; empty lanes are left out."""
    spread: dict[int, list[Record]] = {}
    for record in records:
        spread.setdefault(zlib.crc32(record.order_key.encode()) % lanes, []).append(record)
    return list(spread.values())


class Buffer:
    """Records of one shard that wait for their batch.

    Args:
        batch_size: most records of an invocation.
        window_seconds: how long the first record may wait for others.
        parallelization: lanes that run side by side.
    """

    def __init__(self, batch_size: int, window_seconds: float, parallelization: int) -> None:
        self._batch_size = batch_size
        self._window = window_seconds
        self._lanes = parallelization
        self._records: list[Record] = []
        self._bytes = 0
        self._opened_at = 0.0

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: Record, now: float) -> None:
        """Append a record that was read at `now` (any steady clock, seconds)."""
        if not self._records:
            self._opened_at = now
        self._records.append(record)
        self._bytes += len(record.body)

    def due_in(self, now: float) -> float | None:
        """Seconds until there is something to deliver: 0 for now, None while the buffer is empty."""
        if not self._records:
            return None
        if len(self._records) >= self._batch_size or self._bytes >= INVOCATION_BYTES:
            return 0.0
        return max(0.0, self._opened_at + self._window - now)

    def take(self, now: float) -> list[Lane]:
        """Remove and return the oldest records, up to one full batch a lane, as lanes of batches."""
        count = self._batch_size * self._lanes
        taken, self._records = self._records[:count], self._records[count:]
        self._bytes = sum(len(record.body) for record in self._records)
        self._opened_at = now
        return [list(batches_of(lane, self._batch_size)) for lane in lanes_of(taken, self._lanes)]
