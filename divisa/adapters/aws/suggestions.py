"""Suggestions in DynamoDB; `DynamoWatches` writes them, the table's stream carries them on."""

from __future__ import annotations

from datetime import UTC, timedelta
from itertools import product
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.adapters.aws.items import KEPT, SuggestionItem
from divisa.adapters.aws.parallel import in_parallel
from divisa.adapters.aws.tables import BY_CREATED, BY_TRIAL_DAY
from divisa.adapters.wire import suggestion_from_image, suggestion_to_fields
from divisa.domain.evaluation import shard_of
from divisa.domain.outcome import arm_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from divisa.adapters.aws.table import Table
    from divisa.domain.suggestion import Suggestion, SuggestionResponse

PENDING = "pending"
SUPPRESSED = "suppressed"
HELD = "held"
HELD_SHARDS: Final = 8
"""Partitions of the index of what is held: 8 × 1,000 writes/s, for the minute in which a country's night is over."""

TRIAL_SHARDS: Final = 8
"""Partitions of a day in the index of the experiment's suggestions; never fewer, or some would not be found again."""


class DynamoSuggestions:
    """`Suggestions` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first."""
        images = (image for page in self._table.pages(user_id) for image in page)
        found = list(self._table.read_all(images, suggestion_from_image))
        return sorted(found, key=attrgetter("created_at", "suggestion_id"), reverse=True)

    def since(self, user_ids: Sequence[str], at: datetime) -> Mapping[str, Sequence[Suggestion]]:
        """What was created at a moment or later, by user, newest first, as of now (consistent reads, some at once)."""
        users = list(dict.fromkeys(user_ids))
        recent = in_parallel(lambda user: self._since(user, at), users)
        return {user: suggestions for user, suggestions in zip(users, recent, strict=True) if suggestions}

    def _since(self, user_id: str, at: datetime) -> Sequence[Suggestion]:
        # As text, a second without a fraction sorts after all of that second, so that its beginning is asked for.
        within = SuggestionItem.created_at >= f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        pages = self._table.pages(user_id, index=BY_CREATED, within=within, consistent=True)
        found = self._table.read_all((image for page in pages for image in page), suggestion_from_image)
        late_enough = [each for each in found if each.created_at >= at]
        return sorted(late_enough, key=attrgetter("created_at", "suggestion_id"), reverse=True)

    def find(self, user_id: str, suggestion_id: str) -> Suggestion | None:
        """A user's suggestion of this id, as of now (a consistent read)."""
        image = self._table.get(user_id, suggestion_id)
        return None if image is None else self._table.read(image, suggestion_from_image)

    def answer(self, user_id: str, suggestion_id: str, response: SuggestionResponse, at: datetime) -> bool:
        """Write down what the user says; False, and nothing is written, when there is none such, or it is answered."""
        said = [
            SuggestionItem.response.set(response.value),
            SuggestionItem.responded_at.set(msgspec.to_builtins(at)),
            SuggestionItem.held_shard.remove(),  # What is answered waits no longer.
        ]
        open_ = SuggestionItem.suggestion_id.exists() & SuggestionItem.response.does_not_exist()
        return self._table.update(user_id, suggestion_id, said, open_) is not None

    def open(self, user_id: str, suggestion_id: str, at: datetime) -> bool:
        """Write down when the user opened it; False, and nothing is written, when there is none, or it was opened."""
        unopened = SuggestionItem.suggestion_id.exists() & SuggestionItem.opened_at.does_not_exist()
        opened = [SuggestionItem.opened_at.set(msgspec.to_builtins(at))]
        return self._table.update(user_id, suggestion_id, opened, unopened) is not None

    def trials_between(self, since: datetime, until: datetime) -> Iterator[Suggestion]:
        """What was created between two moments, both included, and is part of the experiment, the oldest days first.

        Of an index that lags behind by moments; one query for each day and shard.
        """
        first, last = since.astimezone(UTC), until.astimezone(UTC)
        # As text, a second without a fraction sorts after all of that second: its beginning and that are the bounds.
        within = SuggestionItem.created_at.between(f"{first:%Y-%m-%dT%H:%M:%S}", f"{last:%Y-%m-%dT%H:%M:%S}Z")
        days = (first.date() + timedelta(days=number) for number in range((last.date() - first.date()).days + 1))
        for day, shard in product(days, range(TRIAL_SHARDS)):
            pages = self._table.pages(f"{day.isoformat()}#{shard}", index=BY_TRIAL_DAY, within=within)
            found = self._table.read_all((image for page in pages for image in page), suggestion_from_image)
            yield from (each for each in found if since <= each.created_at <= until)

    def all(self) -> Iterator[Suggestion]:
        """Every suggestion there is, in no order; reads the whole table."""
        return self._table.read_all(self._table.scan(), suggestion_from_image)


def suggestion_item(suggestion: Suggestion) -> SuggestionItem:
    """The item of a suggestion; the outbox reads its status, the indexes its shard and day, DynamoDB its ttl."""
    return SuggestionItem(
        **suggestion_to_fields(suggestion) | {"held_until": suggestion.held_until},
        status=_status(suggestion),
        held_shard=str(shard_of(suggestion.user_id, HELD_SHARDS)) if suggestion.is_held else None,
        trial_day=_trial_day(suggestion),
        ttl=KEPT,  # From now by the wall: a replay's own time may be years ago.
    )


def _trial_day(suggestion: Suggestion) -> str | None:
    if arm_in(suggestion) is None:
        return None
    return f"{suggestion.created_at.astimezone(UTC):%Y-%m-%d}#{shard_of(suggestion.user_id, TRIAL_SHARDS)}"


def _status(suggestion: Suggestion) -> str:
    if suggestion.suppressed is not None:
        return SUPPRESSED
    return PENDING if suggestion.held_until is None else HELD
