"""Suggestions in a dictionary."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from divisa.domain.suggestion import Suggestion


class MemorySuggestions:
    """`Suggestions` of one process; `MemoryWatches` writes them."""

    def __init__(self) -> None:
        self._by_user: dict[str, dict[str, Suggestion]] = {}

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first."""
        return sorted(self._by_user.get(user_id, {}).values(), key=attrgetter("created_at"), reverse=True)

    def all(self) -> Iterator[Suggestion]:
        """Every suggestion there is, in no order."""
        for suggestions in tuple(self._by_user.values()):
            yield from tuple(suggestions.values())

    def insert(self, suggestion: Suggestion) -> bool:
        """Add one; False, and nothing changed, when its id is there already."""
        stored = self._by_user.setdefault(suggestion.user_id, {})
        if suggestion.suggestion_id in stored:
            return False
        stored[suggestion.suggestion_id] = suggestion
        return True
