"""Where a person's notifications may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.device import Device


class Devices(Protocol):
    """The table of registered devices. Every read is as of now."""

    def of_user(self, user_id: str) -> Sequence[Device]:
        """A user's devices, the one first that was registered first."""

    def find(self, user_id: str, device_id: str) -> Device | None:
        """A user's device of this id."""

    def add(self, device: Device) -> bool:
        """Insert a device; False, and nothing is written, when its user has one of this id."""

    def remove(self, user_id: str, device_id: str) -> bool:
        """Delete a user's device; False when there was none of this id."""

    def take(self, device: Device) -> None:
        """Make a device that was added the only one with its token: whoever had the token has this device no more.

        Done again, it changes nothing. Of two who take a token at once, the last one has it.

        Raises:
            StoreUnavailable: the table did not answer, or others take the token all the time; take it again.
        """
