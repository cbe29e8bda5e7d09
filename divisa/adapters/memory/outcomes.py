"""Outcomes in a dictionary."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion


class MemoryOutcomes:
    """`Outcomes` of one process."""

    def __init__(self) -> None:
        self._by_user: dict[str, dict[str, Outcome]] = {}

    def put_many(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes in the place of what was known before."""
        for each in outcomes:
            self._by_user.setdefault(each.user_id, {})[each.suggestion_id] = each

    def known_until(self, suggestions: Iterable[Suggestion]) -> Mapping[str, datetime]:
        """Until when events count in what is known of each, by its id; those without an outcome are absent."""
        found = (self._by_user.get(each.user_id, {}).get(each.suggestion_id) for each in suggestions)
        return {each.suggestion_id: each.known_until for each in found if each is not None}

    def of_user(self, user_id: str) -> Sequence[Outcome]:
        """Every outcome of a user, newest first."""
        found = self._by_user.get(user_id, {}).values()
        return sorted(found, key=attrgetter("begun_at", "suggestion_id"), reverse=True)

    def all(self) -> Iterator[Outcome]:
        """Every outcome there is, in no order."""
        return (each for outcomes in tuple(self._by_user.values()) for each in tuple(outcomes.values()))

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        return len(self._by_user.pop(user_id, {}))
