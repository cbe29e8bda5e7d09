"""Prices: where they are published, what is remembered of them, and where go those that are not believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from divisa.domain.bars import Bar
    from divisa.domain.gate import GateState
    from divisa.domain.market import MarketState
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote


class QuoteStream(Protocol):
    """Where price events are published."""

    def publish(self, quotes: Iterable[Quote]) -> int:
        """Append quotes in order, in order per pair; returns how many.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """


@dataclass(frozen=True, slots=True)
class MarketRecord:
    """Everything that is remembered of a pair's quotes.

    Attributes:
        pair: which pair.
        gate: what the gate remembers.
        market: the folded state; None before the first accepted quote.
        quote: the newest accepted quote; None before the first.
        position: the newest stream position that was applied, "" before the first; compares as text.
        version: grows by one with every write; 0 when nothing is stored yet.
        unwritten: bars that the table of bars has not taken yet; the next batch tries again.
    """

    pair: Pair
    gate: GateState
    market: MarketState | None
    quote: Quote | None = None
    position: str = ""
    version: int = 0
    unwritten: tuple[Bar, ...] = ()


class Markets(Protocol):
    """The market table."""

    def load(self, pair: Pair) -> MarketRecord:
        """The record of a pair; an empty one of version 0 when nothing is stored."""

    def save(self, record: MarketRecord) -> None:
        """Write a record that was loaded at `record.version`; it is stored as version + 1.

        Raises:
            ConcurrentUpdate: the stored version is another one.
        """


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A price event that was not believed, kept whole.

    Attributes:
        entry_id: deterministic, from where it stood in the stream, or from its content.
        reason: a `Rejection`.
        detail: what was wrong, for people.
        payload: the bytes as they came.
        position: where it stood in the stream.
        arrived_at: when it came, UTC.
    """

    entry_id: str
    reason: str
    detail: str
    payload: bytes
    position: str
    arrived_at: datetime


class Quarantine(Protocol):
    """Where events go that were not believed."""

    def put_many(self, entries: Iterable[QuarantineEntry]) -> None:
        """Keep entries; the same entry again changes nothing."""

    def all(self) -> Iterator[QuarantineEntry]:
        """Every entry there is, by reason and id."""
