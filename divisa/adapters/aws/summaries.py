"""Behaviour summaries in DynamoDB."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.items import SummaryItem
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import field_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from divisa.adapters.aws.table import Image, Table
    from divisa.domain.pair import Pair

_STATISTICS: Final = field_names(BehaviourSummary)


class DynamoSummaries:
    """`Summaries` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, BehaviourSummary[float]]:
        """Summaries by user, equal to the last bit to what was put; users without one are absent."""
        images = self._table.get_many((user_id, str(pair)) for user_id in user_ids)
        return dict(self._table.read_all(images, _summary))

    def put_many(self, pair: Pair, summaries: Mapping[str, BehaviourSummary[float]]) -> None:
        """Write summaries, whatever was there."""
        self._table.put_many(_item(user_id, pair, summary) for user_id, summary in summaries.items())


def _item(user_id: str, pair: Pair, summary: BehaviourSummary[float]) -> SummaryItem:
    return SummaryItem(user_id=user_id, pair=str(pair), **{name: getattr(summary, name) for name in _STATISTICS})


def _summary(image: Image) -> tuple[str, BehaviourSummary[float]]:
    item = SummaryItem.from_raw_data(image)
    values = ((name, getattr(item, name)) for name in _STATISTICS)
    return item.user_id, BehaviourSummary(**{name: math.nan if value is None else value for name, value in values})
