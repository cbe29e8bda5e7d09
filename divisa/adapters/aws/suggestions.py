"""Suggestions in DynamoDB; `DynamoWatches` writes them, the table's stream carries them on."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from divisa.adapters.aws.items import KEPT, SuggestionItem
from divisa.adapters.wire import suggestion_from_image, suggestion_to_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from divisa.adapters.aws.table import Table
    from divisa.domain.suggestion import Suggestion

PENDING = "pending"
SUPPRESSED = "suppressed"


class DynamoSuggestions:
    """`Suggestions` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first."""
        images = (image for page in self._table.pages(user_id) for image in page)
        found = list(self._table.read_all(images, suggestion_from_image))
        return sorted(found, key=attrgetter("created_at"), reverse=True)

    def all(self) -> Iterator[Suggestion]:
        """Every suggestion there is, in no order; reads the whole table."""
        return self._table.read_all(self._table.scan(), suggestion_from_image)


def suggestion_item(suggestion: Suggestion) -> SuggestionItem:
    """The item of a suggestion; the outbox's filter reads its status, DynamoDB its ttl."""
    return SuggestionItem(
        **suggestion_to_fields(suggestion),
        status=PENDING if suggestion.suppressed is None else SUPPRESSED,
        ttl=KEPT,  # From now by the wall: a replay's own time may be years ago.
    )
