"""Market records in a dictionary."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.gate import GateState
from divisa.ports import MarketRecord

if TYPE_CHECKING:
    from divisa.domain.pair import Pair


class MemoryMarkets:
    """`Markets` of one process; safe to share between threads."""

    def __init__(self) -> None:
        self._records: dict[Pair, MarketRecord] = {}
        self._lock = Lock()

    def load(self, pair: Pair) -> MarketRecord:
        """The record of a pair; an empty one of version 0 when nothing is stored."""
        return self._records.get(pair) or MarketRecord(pair, GateState(), None)

    def save(self, record: MarketRecord) -> None:
        """Write a record that was loaded at `record.version`.

        Raises:
            ConcurrentUpdate: the stored version is another one.
        """
        with self._lock:
            if self.load(record.pair).version != record.version:
                raise ConcurrentUpdate(f"the market record of {record.pair} has moved on from version {record.version}")
            self._records[record.pair] = replace(record, version=record.version + 1)
