"""Deliveries in a dictionary."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.suggestion import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from divisa.domain.recipient import Channel


class MemoryDeliveries:
    """`Deliveries` of one process; safe to share between threads."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, Channel], Delivery] = {}
        self._lock = Lock()

    def claim(self, suggestion_id: str, channel: Channel, at: datetime) -> Delivery | None:
        """Become the one who sends; None when claimed now, else the delivery that is there."""
        mine = Delivery(suggestion_id, channel, DeliveryStatus.SENDING, at)
        with self._lock:
            found = self._stored.setdefault((suggestion_id, channel), mine)
        return None if found is mine else found

    def settle(self, delivery: Delivery) -> None:
        """Write the final status of a claimed delivery.

        Raises:
            ConcurrentUpdate: it is not claimed, or settled already.
        """
        key = (delivery.suggestion_id, delivery.channel)
        with self._lock:
            if not self._is_claimed(key):
                raise ConcurrentUpdate(f"the {delivery.channel} of {delivery.suggestion_id} is not being sent")
            self._stored[key] = delivery

    def hear(self, suggestion_id: str, channel: Channel, status: DeliveryStatus, message_id: str) -> bool:
        """Write down what is heard of a message after it was handed over; False when that changes nothing.

        Raises:
            ConcurrentUpdate: its sender has not settled it yet.
        """
        key = (suggestion_id, channel)
        with self._lock:
            if self._is_claimed(key):
                raise ConcurrentUpdate(f"the {channel} of {suggestion_id} is still being sent")
            found = self._stored.get(key)
            if found is None or found.status not in status.follows:
                return False
            self._stored[key] = replace(found, status=status, message_id=found.message_id or message_id or None)
        return True

    def release(self, suggestion_id: str, channel: Channel) -> None:
        """Give a claim back; a settled delivery stays."""
        with self._lock:
            if self._is_claimed((suggestion_id, channel)):
                del self._stored[suggestion_id, channel]

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

    def _is_claimed(self, key: tuple[str, Channel]) -> bool:
        found = self._stored.get(key)
        return found is not None and found.status is DeliveryStatus.SENDING
