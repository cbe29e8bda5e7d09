"""Held suggestions in DynamoDB: those in the sparse index of the table of suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.items import SuggestionItem
from divisa.adapters.aws.suggestions import HELD_SHARDS, suggestion_item
from divisa.adapters.aws.table import Table
from divisa.adapters.aws.tables import BY_RELEASE
from divisa.adapters.wire import suggestion_from_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Release


class DynamoHeldSuggestions:
    """`HeldSuggestions` in the table of suggestions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def shards(self) -> int:
        """How many shards they are spread over."""
        return HELD_SHARDS

    def due(self, shard: int, at: datetime) -> Iterator[Sequence[Suggestion]]:
        """Those of a shard that are held until `at` or earlier, earliest first, page by page."""
        within = SuggestionItem.held_until <= at
        for page in self._table.pages(str(shard), index=BY_RELEASE, within=within):
            yield list(self._table.read_all(page, suggestion_from_image))

    def release(self, releases: Sequence[Release]) -> bool:
        """Replace held suggestions of one user in one transaction; see `ports.HeldSuggestions`."""
        puts = [(self._table, suggestion_item(each.after), _is_as_read(each.before)) for each in releases]
        return not Table.put_together(puts)


def _is_as_read(held: Suggestion) -> Condition:
    opened = SuggestionItem.opened_at  # The first time is kept: what was opened already cannot be opened anew.
    # Who answers a held one takes its shard away, and who erases its owner the whole item.
    as_read: Condition = (
        SuggestionItem.held_shard.exists()
        & (SuggestionItem.held_until == held.held_until)
        & (opened.does_not_exist() if held.opened_at is None else opened.exists())
    )
    return as_read
