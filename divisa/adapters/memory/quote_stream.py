"""A quote stream that keeps what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.quote import Quote


class MemoryQuoteStream:
    """A `QuoteStream` as a list.

    Attributes:
        published: every quote so far, in order.
    """

    def __init__(self) -> None:
        self.published: list[Quote] = []

    def publish(self, quotes: Iterable[Quote]) -> int:
        """Append quotes in order; returns how many."""
        before = len(self.published)
        self.published.extend(quotes)
        return len(self.published) - before
