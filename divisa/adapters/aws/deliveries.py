"""Deliveries in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.items import KEPT, DeliveryItem
from divisa.domain.errors import ConcurrentUpdate, StoreUnavailable
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pynamodb.expressions.condition import Condition

    from divisa.adapters.aws.table import Image, Table

CLAIM_ATTEMPTS = 3
"""How often the table may not answer, or a claim be given back between our looking and our taking, before we leave it
to a later attempt."""


class DynamoDeliveries:
    """`Deliveries` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, mine: Delivery, abandoned: Delivery | None = None) -> Delivery | None:
        """Become the one who sends, also in place of who was taken for dead; else the delivery that is there."""
        key = (mine.suggestion_id, mine.channel.value)
        is_free = DeliveryItem.status.does_not_exist()
        if abandoned is not None:
            is_free |= _is_of(abandoned, DeliveryStatus.CLAIMED)
        failure: StoreUnavailable | None = None
        for _ in range(CLAIM_ATTEMPTS):
            try:
                if self._table.put(_item(mine), is_free):
                    return None
                image = self._table.get(*key)
            except StoreUnavailable as error:  # it may have been written all the same: then it is found next time
                failure = error
                continue
            if image is not None:
                found = self._table.read(image, _delivery)
                return None if found.attempt == mine.attempt else found
        raise failure or StoreUnavailable(f"the {' of '.join(key[::-1])} is claimed and given back again and again")

    def begin(self, mine: Delivery) -> None:
        """Write down that sending begins now.

        Raises:
            ConcurrentUpdate: it is not this attempt's any more.
        """
        begins = [DeliveryItem.status.set(DeliveryStatus.SENDING.value), DeliveryItem.at.set(mine.at)]
        # A repetition of a request that was answered to nobody finds SENDING, which only this attempt can have written.
        held = _is_of(mine, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING)
        if self._table.update(mine.suggestion_id, mine.channel.value, begins, held) is None:
            raise ConcurrentUpdate(f"the {mine.channel} of {mine.suggestion_id} is another attempt's")

    def settle(self, delivery: Delivery) -> None:
        """Write the final status of a delivery that its attempt has claimed, or is sending.

        Raises:
            ConcurrentUpdate: it is not this attempt's, or settled already.
        """
        held = _is_of(delivery, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING)
        if not self._table.put(_item(delivery), held):
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
        if image is not None and not self._table.read(image, _delivery).status.is_settled:
            raise ConcurrentUpdate(f"the {channel} of {suggestion_id} is still being sent")
        return False

    def release(self, mine: Delivery) -> None:
        """Give a claim back; a settled delivery and another attempt's stay."""
        held = _is_of(mine, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING)
        self._table.delete(mine.suggestion_id, mine.channel.value, held)

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


def _is_of(delivery: Delivery, *statuses: DeliveryStatus) -> Condition:
    """That a delivery has one of these statuses, and is still that of its attempt."""
    both: Condition = (DeliveryItem.attempt == delivery.attempt) & DeliveryItem.status.is_in(
        *(each.value for each in statuses)
    )
    return both


def _item(delivery: Delivery) -> DeliveryItem:
    return DeliveryItem(
        suggestion_id=delivery.suggestion_id,
        channel=delivery.channel.value,
        status=delivery.status.value,
        at=delivery.at,
        message_id=delivery.message_id,
        attempt=delivery.attempt,
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
        attempt=item.attempt,
    )
