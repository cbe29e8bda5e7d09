"""Suggestions in a dictionary."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.outcome import arm_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from divisa.domain.suggestion import Suggestion, SuggestionResponse


class MemorySuggestions:
    """`Suggestions` of one process; `MemoryWatches` writes them."""

    def __init__(self) -> None:
        self._by_user: dict[str, dict[str, Suggestion]] = {}
        self._lock = Lock()

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first."""
        return sorted(
            self._by_user.get(user_id, {}).values(), key=attrgetter("created_at", "suggestion_id"), reverse=True
        )

    def since(self, user_ids: Sequence[str], at: datetime) -> Mapping[str, Sequence[Suggestion]]:
        """What was created at a moment or later, by user, newest first."""
        recent = {user: [each for each in self.of_user(user) if each.created_at >= at] for user in user_ids}
        return {user: suggestions for user, suggestions in recent.items() if suggestions}

    def find(self, user_id: str, suggestion_id: str) -> Suggestion | None:
        """A user's suggestion of this id."""
        return self._by_user.get(user_id, {}).get(suggestion_id)

    def answer(self, user_id: str, suggestion_id: str, response: SuggestionResponse, at: datetime) -> bool:
        """Write down what the user says; False, and nothing is written, when there is none such, or it is answered."""
        with self._lock:
            found = self.find(user_id, suggestion_id)
            if found is None or found.response is not None:
                return False
            self._by_user[user_id][suggestion_id] = replace(found, response=response, responded_at=at)
        return True

    def open(self, user_id: str, suggestion_id: str, at: datetime) -> bool:
        """Write down when the user opened it; False, and nothing is written, when there is none, or it was opened."""
        with self._lock:
            found = self.find(user_id, suggestion_id)
            if found is None or found.opened_at is not None:
                return False
            self._by_user[user_id][suggestion_id] = replace(found, opened_at=at)
        return True

    def trials_between(self, since: datetime, until: datetime) -> Iterator[Suggestion]:
        """What was created between two moments, both included, and is part of the experiment, oldest first."""
        found = [each for each in self.all() if since <= each.created_at <= until and arm_in(each) is not None]
        yield from sorted(found, key=attrgetter("created_at"))

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

    def release_all(self, pairs: Sequence[tuple[Suggestion, Suggestion]]) -> bool:
        """Replace the first of each pair by the second; False, and nothing changed, when one is not held as it was."""
        with self._lock:
            for before, _ in pairs:
                found = self.find(before.user_id, before.suggestion_id)
                if found is None or not found.is_held:
                    return False
                if (found.held_until, found.opened_at) != (before.held_until, before.opened_at):
                    return False
            for before, after in pairs:
                self._by_user[before.user_id][before.suggestion_id] = after
        return True

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        return len(self._by_user.pop(user_id, {}))
