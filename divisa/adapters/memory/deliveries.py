"""Deliveries in a dictionary."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.suggestion import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from divisa.domain.recipient import Channel


class MemoryDeliveries:
    """`Deliveries` of one process; safe to share between threads."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, Channel], Delivery] = {}
        self._lock = Lock()

    def claim(self, mine: Delivery, abandoned: Delivery | None = None) -> Delivery | None:
        """Become the one who sends, also in place of who was taken for dead; else the delivery that is there."""
        key = (mine.suggestion_id, mine.channel)
        with self._lock:
            found = self._stored.get(key)
            gone = found is not None and found.status is DeliveryStatus.CLAIMED and _is_held(found, abandoned)
            if found is None or gone:
                self._stored[key] = mine
                return None
        return None if found.attempt == mine.attempt else found

    def begin(self, mine: Delivery) -> None:
        """Write down that sending begins now.

        Raises:
            ConcurrentUpdate: it is not this attempt's any more.
        """
        key = (mine.suggestion_id, mine.channel)
        with self._lock:
            if not _is_held(self._stored.get(key), mine):
                raise ConcurrentUpdate(f"the {mine.channel} of {mine.suggestion_id} is another attempt's")
            self._stored[key] = replace(mine, status=DeliveryStatus.SENDING)

    def settle(self, delivery: Delivery) -> None:
        """Write the final status of a delivery that its attempt has claimed, or is sending.

        Raises:
            ConcurrentUpdate: it is not this attempt's, or settled already.
        """
        key = (delivery.suggestion_id, delivery.channel)
        with self._lock:
            if not _is_held(self._stored.get(key), delivery):
                raise ConcurrentUpdate(f"the {delivery.channel} of {delivery.suggestion_id} is not being sent")
            self._stored[key] = delivery

    def hear(self, suggestion_id: str, channel: Channel, status: DeliveryStatus, message_id: str) -> bool:
        """Write down what is heard of a message after it was handed over; False when that changes nothing.

        Raises:
            ConcurrentUpdate: its sender has not settled it yet.
        """
        key = (suggestion_id, channel)
        with self._lock:
            found = self._stored.get(key)
            if found is not None and not found.status.is_settled:
                raise ConcurrentUpdate(f"the {channel} of {suggestion_id} is still being sent")
            if found is None or found.status not in status.follows:
                return False
            self._stored[key] = replace(found, status=status, message_id=found.message_id or message_id or None)
        return True

    def release(self, mine: Delivery) -> None:
        """Give a claim back; a settled delivery and another attempt's stay."""
        key = (mine.suggestion_id, mine.channel)
        with self._lock:
            if _is_held(self._stored.get(key), mine):
                del self._stored[key]

    def of_suggestions(self, suggestion_ids: Iterable[str]) -> Iterator[Delivery]:
        """What became of these suggestions on every channel, in no order."""
        wanted = set(suggestion_ids)
        return (delivery for delivery in self.all() if delivery.suggestion_id in wanted)

    def forget(self, suggestion_ids: Iterable[str]) -> int:
        """Delete what became of suggestions; returns how many deliveries there were."""
        found = list(self.of_suggestions(suggestion_ids))
        with self._lock:
            for delivery in found:
                self._stored.pop((delivery.suggestion_id, delivery.channel), None)
        return len(found)

    def all(self) -> Iterator[Delivery]:
        """Every delivery there is, in no order."""
        return iter(tuple(self._stored.values()))


def _is_held(found: Delivery | None, by: Delivery | None) -> bool:
    """Whether a delivery is not settled, and is still that of an attempt."""
    return found is not None and by is not None and not found.status.is_settled and found.attempt == by.attempt
