"""Outcomes in DynamoDB."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from divisa.adapters.aws.items import KEPT, OutcomeItem
from divisa.adapters.wire.outcome import outcome_from_image, outcome_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from divisa.adapters.aws.table import Table
    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion


class DynamoOutcomes:
    """`Outcomes` in one table, whose partitions are users: they are erased with them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put_many(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes in the place of what was known before, 25 a request."""
        self._table.put_many(
            OutcomeItem(
                user_id=each.user_id,
                suggestion_id=each.suggestion_id,
                document=outcome_to_json(each).decode(),
                ttl=KEPT,
            )
            for each in outcomes
        )

    def known_until(self, suggestions: Iterable[Suggestion]) -> Mapping[str, datetime]:
        """Until when events count in what is known of each, by its id; one read for every 100."""
        images = self._table.get_many((each.user_id, each.suggestion_id) for each in suggestions)
        return {each.suggestion_id: each.known_until for each in self._table.read_all(images, outcome_from_image)}

    def of_user(self, user_id: str) -> Sequence[Outcome]:
        """Every outcome of a user, newest first."""
        images = (image for page in self._table.pages(user_id, consistent=True) for image in page)
        return sorted(
            self._table.read_all(images, outcome_from_image), key=attrgetter("begun_at", "suggestion_id"), reverse=True
        )

    def all(self) -> Iterator[Outcome]:
        """Every outcome there is, in no order; reads the whole table."""
        return self._table.read_all(self._table.scan(), outcome_from_image)
