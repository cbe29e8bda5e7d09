"""Places of the week in DynamoDB: an item a user, replaced whole on the condition that nobody else has done so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.items import PacingItem
from divisa.domain.errors import StoreUnavailable
from divisa.domain.pacing import KEPT, with_place

if TYPE_CHECKING:
    from divisa.adapters.aws.table import Image, Table
    from divisa.domain.pacing import Places


class DynamoPacing:
    """`Pacing` in one table; a read and a conditional write a message."""

    def __init__(self, table: Table, *, backoff: Backoff | None = None) -> None:
        """`backoff` says how often to try while other senders are at the same user's places."""
        self._table = table
        self._backoff = backoff or Backoff()

    def take(self, user_id: str, suggestion_id: str, at: datetime, cap: int) -> bool:
        """Take a place for a suggestion; False, and nothing is written, when the week has no room for it.

        Raises:
            StoreUnavailable: the table did not answer, or others changed the item again and again; a place may have
                been taken, which the next attempt finds.
        """
        for _ in self._backoff.tries():
            image = self._table.get(user_id)
            before, version = ({}, 0) if image is None else self._table.read(image, _places)
            after = with_place(before, suggestion_id, at, cap)
            if after is None:
                return False
            if after == before:
                return True
            unchanged = PacingItem.version.does_not_exist() if image is None else PacingItem.version == version
            if self._table.put(_item(user_id, after, version + 1), unchanged):
                return True
        raise StoreUnavailable(f"{self._table.name}: an item is changed again and again")


def _item(user_id: str, places: Places, version: int) -> PacingItem:
    moments = {suggestion_id: at.isoformat() for suggestion_id, at in places.items()}
    return PacingItem(user_id=user_id, places=moments, version=version, ttl=KEPT)


def _places(image: Image) -> tuple[Places, int]:
    item = PacingItem.from_raw_data(image)
    moments = {suggestion_id: datetime.fromisoformat(at) for suggestion_id, at in item.places.items()}
    return moments, int(item.version)
