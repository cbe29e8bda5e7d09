"""Deliveries in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from divisa.adapters.aws.items import KEPT, DeliveryItem
from divisa.domain.errors import ConcurrentUpdate, StoreUnavailable
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from divisa.adapters.aws.table import Image, Table

CLAIM_ATTEMPTS = 3
"""How often the table may not answer, or a claim be given back between our looking and our taking, before we leave it
to a later attempt."""


class DynamoDeliveries:
    """`Deliveries` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, suggestion_id: str, channel: Channel, at: datetime) -> Delivery | None:
        """Become the one who sends; None when claimed now, else the delivery that is there."""
        mine = _item(Delivery(suggestion_id, channel, DeliveryStatus.SENDING, at))
        mine.attempt = uuid4().hex
        failure: StoreUnavailable | None = None
        for _ in range(CLAIM_ATTEMPTS):
            try:
                if self._table.put(mine, DeliveryItem.status.does_not_exist()):
                    return None
                image = self._table.get(suggestion_id, channel.value)
            except StoreUnavailable as error:  # it may have been written all the same: then it is found next time
                failure = error
                continue
            if image is not None:
                is_mine = image.get("attempt", {}).get("S") == mine.attempt
                return None if is_mine else self._table.read(image, _delivery)
        raise failure or StoreUnavailable(f"the {channel} of {suggestion_id} is claimed and given back again and again")

    def settle(self, delivery: Delivery) -> None:
        """Write the final status of a claimed delivery.

        Raises:
            ConcurrentUpdate: it is not claimed, or settled already.
        """
        if not self._table.put(_item(delivery), DeliveryItem.status == DeliveryStatus.SENDING.value):
            raise ConcurrentUpdate(f"the {delivery.channel} of {delivery.suggestion_id} is not being sent")

    def hear(self, suggestion_id: str, channel: Channel, status: DeliveryStatus, message_id: str) -> bool:
        """Write down what is heard of a message after it was handed over; False when that changes nothing.

        Raises:
            ConcurrentUpdate: its sender has not settled it yet.
        """
        actions = [DeliveryItem.status.set(status.value)]
        if message_id:
            actions.append(DeliveryItem.message_id.set(DeliveryItem.message_id | message_id))
        before = DeliveryItem.status.is_in(*sorted(each.value for each in status.follows))
        if self._table.update(suggestion_id, channel.value, actions, before) is not None:
            return True
        image = self._table.get(suggestion_id, channel.value)
        if image is not None and self._table.read(image, _delivery).status is DeliveryStatus.SENDING:
            raise ConcurrentUpdate(f"the {channel} of {suggestion_id} is still being sent")
        return False

    def release(self, suggestion_id: str, channel: Channel) -> None:
        """Give a claim back; a settled delivery stays."""
        claimed = DeliveryItem.status == DeliveryStatus.SENDING.value
        self._table.delete(suggestion_id, channel.value, claimed)

    def of_suggestions(self, suggestion_ids: Iterable[str]) -> Iterator[Delivery]:
        """What became of these suggestions on every channel, in no order."""
        return self._table.read_all(self._table.get_many(_keys(suggestion_ids), consistent=True), _delivery)

    def forget(self, suggestion_ids: Iterable[str]) -> int:
        """Delete what became of suggestions; returns how many deliveries there were."""
        found = [(each.suggestion_id, each.channel.value) for each in self.of_suggestions(suggestion_ids)]
        self._table.delete_many(found)
        return len(found)

    def all(self) -> Iterator[Delivery]:
        """Every delivery there is, in no order; reads the whole table."""
        return self._table.read_all(self._table.scan(), _delivery)


def _keys(suggestion_ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((suggestion_id, channel.value) for suggestion_id in suggestion_ids for channel in Channel)


def _item(delivery: Delivery) -> DeliveryItem:
    return DeliveryItem(
        suggestion_id=delivery.suggestion_id,
        channel=delivery.channel.value,
        status=delivery.status.value,
        at=delivery.at,
        message_id=delivery.message_id,
        ttl=KEPT,
    )


def _delivery(image: Image) -> Delivery:
    item = DeliveryItem.from_raw_data(image)
    return Delivery(
        suggestion_id=item.suggestion_id,
        channel=Channel(item.channel),
        status=DeliveryStatus(item.status),
        at=item.at,
        message_id=item.message_id,
    )
