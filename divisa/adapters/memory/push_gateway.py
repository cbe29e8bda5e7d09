"""A push gateway that keeps what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from divisa.domain.device import Platform
from divisa.domain.errors import InvalidContact, NoContact

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from divisa.domain.device import Device
    from divisa.domain.push import Notification


@dataclass(frozen=True, slots=True)
class SentNotification:
    """One notification that was taken; its token is left out of `repr`."""

    token: str = field(repr=False)
    notification: Notification
    message_id: str


class MemoryPushGateway:
    """A `PushGateway` as a list.

    Attributes:
        sent: every notification so far, in order.
        gone: tokens whose devices take nothing any more.
        endpoints: tokens that are kept, of devices that were sent something.
    """

    def __init__(self, platforms: Collection[Platform] = tuple(Platform)) -> None:
        """`platforms` are those whose devices are reached."""
        self.sent: list[SentNotification] = []
        self.gone: set[str] = set()
        self.endpoints: set[str] = set()
        self._platforms = frozenset(platforms)

    def send(self, device: Device, notification: Notification, begin: Callable[[], None]) -> str:
        """Keep a notification; ids count from `push-1`.

        Raises:
            InvalidContact: the device is gone.
            NoContact: its platform is not reached.
        """
        if device.platform not in self._platforms:
            raise NoContact(f"no application sends to {device.platform.value}")
        begin()
        if device.token in self.gone:
            raise InvalidContact("the device is gone")
        self.endpoints.add(device.token)
        message_id = f"push-{len(self.sent) + 1}"
        self.sent.append(SentNotification(device.token, notification, message_id))
        return message_id

    def forget(self, device: Device) -> None:
        """Keep nothing of a device but the notifications that were sent."""
        self.endpoints.discard(device.token)
