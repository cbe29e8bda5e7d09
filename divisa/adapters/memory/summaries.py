"""Behaviour summaries in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.pair import Pair


class MemorySummaries:
    """`Summaries` of one process."""

    def __init__(self) -> None:
        self._by_pair: dict[Pair, dict[str, BehaviourSummary[float]]] = {}

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, BehaviourSummary[float]]:
        """Summaries by user; users without one are absent."""
        stored = self._by_pair.get(pair, {})
        return {user_id: stored[user_id] for user_id in user_ids if user_id in stored}

    def put_many(self, pair: Pair, summaries: Mapping[str, BehaviourSummary[float]]) -> None:
        """Write summaries, whatever was there."""
        self._by_pair.setdefault(pair, {}).update(summaries)
