"""Held suggestions among those in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.domain.evaluation import shard_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.adapters.memory.suggestions import MemorySuggestions
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Release

PAGE = 1000
"""Suggestions a page: about what one megabyte, DynamoDB's page, holds of them."""


class MemoryHeldSuggestions:
    """`HeldSuggestions` of one process; looking costs O(suggestions)."""

    def __init__(self, suggestions: MemorySuggestions, *, shards: int = 1, page: int = PAGE) -> None:
        """The held ones of `suggestions`, read `page` at a time."""
        self._suggestions = suggestions
        self._shards = shards
        self._page = page

    @property
    def shards(self) -> int:
        """How many shards they are spread over."""
        return self._shards

    def due(self, shard: int, at: datetime) -> Iterator[Sequence[Suggestion]]:
        """Those of a shard that are held until `at` or earlier, earliest first, page by page."""
        found = [
            (each.held_until, each)
            for each in self._suggestions.all()
            if each.is_held and each.held_until is not None and each.held_until <= at
            if shard_of(each.user_id, self._shards) == shard
        ]
        due = [each for _, each in sorted(found, key=lambda one: (one[0], one[1].suggestion_id))]
        for start in range(0, len(due), self._page):
            yield due[start : start + self._page]

    def release(self, releases: Sequence[Release]) -> bool:
        """Replace held suggestions of one user, all or none; False when one of them is not held as it was read."""
        return self._suggestions.release_all([(each.before, each.after) for each in releases])
