"""Behaviour summaries in DynamoDB."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.items import SummaryItem
from divisa.adapters.aws.parallel import in_parallel
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import field_names
from divisa.ports import SummaryRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from divisa.adapters.aws.table import Image, Table
    from divisa.domain.pair import Pair
    from divisa.ports import Advance

_STATISTICS: Final = field_names(BehaviourSummary)


class DynamoSummaries:
    """`Summaries` in one table.

    Who evaluates what a price breaks reads summaries that may lag behind by moments, at half the price: whoever has
    just changed one evaluates its user again. That one has to read what was written.
    """

    def __init__(self, table: Table, *, consistent: bool = False) -> None:
        """`consistent` says whether `get_many` reads as of now; `load` always does."""
        self._table = table
        self.is_consistent = consistent

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, BehaviourSummary[float]]:
        """Summaries by user, equal to the last bit to what was put; users without one are absent."""
        records = self._read(pair, user_ids, consistent=self.is_consistent)
        return {record.user_id: record.summary for record in records}

    def put_many(self, pair: Pair, summaries: Mapping[str, BehaviourSummary[float]]) -> None:
        """Write summaries of the time before the ledger's first entry, whatever was there."""
        self._table.put_many(_item(SummaryRecord(user_id, pair, each)) for user_id, each in summaries.items())

    def load(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, SummaryRecord]:
        """Records by user, as of now (consistent reads); who has no summary has a newcomer's of sequence 0."""
        found = {record.user_id: record for record in self._read(pair, user_ids, consistent=True)}
        return {user_id: found.get(user_id) or SummaryRecord(user_id, pair, NEWCOMER) for user_id in user_ids}

    def save(self, advances: Sequence[Advance]) -> Sequence[bool]:
        """Apply advances, each by itself, some at a time.

        Returns:
            For each advance False when somebody else had moved the summary on: then nothing was written.

        Raises:
            StoreUnavailable: DynamoDB did not answer. No more writes were begun after that, and those that had begun
                have ended.
        """
        return in_parallel(self._save, advances)

    def _save(self, advance: Advance) -> bool:
        before = advance.before.sequence
        unmoved = SummaryItem.sequence == before if before else SummaryItem.sequence.does_not_exist()
        return self._table.put(_item(advance.after), unmoved)

    def _read(self, pair: Pair, user_ids: Sequence[str], *, consistent: bool) -> Iterator[SummaryRecord]:
        images = self._table.get_many(((user_id, str(pair)) for user_id in user_ids), consistent=consistent)
        return self._table.read_all(images, partial(_record, pair))


def _item(record: SummaryRecord) -> SummaryItem:
    statistics = {name: getattr(record.summary, name) for name in _STATISTICS}
    return SummaryItem(user_id=record.user_id, pair=str(record.pair), sequence=record.sequence or None, **statistics)


def _record(pair: Pair, image: Image) -> SummaryRecord:
    item = SummaryItem.from_raw_data(image)
    values = ((name, getattr(item, name)) for name in _STATISTICS)
    summary = BehaviourSummary(**{name: math.nan if value is None else value for name, value in values})
    return SummaryRecord(item.user_id, pair, summary, int(item.sequence or 0))
