"""Behaviour summaries in a dictionary."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.behaviour import NEWCOMER
from divisa.ports import SummaryRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.pair import Pair
    from divisa.ports import Advance


class MemorySummaries:
    """`Summaries` of one process."""

    def __init__(self) -> None:
        self._by_pair: dict[Pair, dict[str, BehaviourSummary[float]]] = {}
        self._sequences: dict[Pair, dict[str, int]] = {}
        self._lock = Lock()

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, BehaviourSummary[float]]:
        """Summaries by user; users without one are absent."""
        stored = self._by_pair.get(pair, {})
        return {user_id: stored[user_id] for user_id in user_ids if user_id in stored}

    def put_many(self, pair: Pair, summaries: Mapping[str, BehaviourSummary[float]]) -> None:
        """Write summaries of the time before the ledger's first entry, whatever was there."""
        with self._lock:
            self._by_pair.setdefault(pair, {}).update(summaries)
            sequences = self._sequences.setdefault(pair, {})
            for user_id in summaries:
                sequences.pop(user_id, None)

    def load(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, SummaryRecord]:
        """Records by user; who has no summary has a newcomer's of sequence 0."""
        with self._lock:
            stored, sequences = self._by_pair.get(pair, {}), self._sequences.get(pair, {})
            return {
                user_id: SummaryRecord(user_id, pair, stored.get(user_id, NEWCOMER), sequences.get(user_id, 0))
                for user_id in user_ids
            }

    def save(self, advances: Sequence[Advance]) -> Sequence[bool]:
        """Apply advances, each by itself.

        Returns:
            For each advance False when somebody else had moved the summary on: then nothing was written.
        """
        with self._lock:
            return [self._save(each.before, each.after) for each in advances]

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        with self._lock:
            for sequences in self._sequences.values():
                sequences.pop(user_id, None)
            return sum(stored.pop(user_id, None) is not None for stored in self._by_pair.values())

    def _save(self, before: SummaryRecord, after: SummaryRecord) -> bool:
        sequences = self._sequences.setdefault(after.pair, {})
        if sequences.get(after.user_id, 0) != before.sequence:
            return False
        self._by_pair.setdefault(after.pair, {})[after.user_id] = after.summary
        sequences[after.user_id] = after.sequence
        return True
