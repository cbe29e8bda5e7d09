"""Register the devices that a person's notifications go to, list them and take them off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.device import MAX_DEVICES, Device, device_id_of, valid_token
from divisa.domain.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.device import Platform
    from divisa.ports import Clock, Devices


@dataclass(frozen=True, slots=True)
class KeepDevices:
    """Keeps at most MAX_DEVICES devices a user, each once."""

    devices: Devices
    clock: Clock

    def register(self, user_id: str, platform: Platform, token: str) -> tuple[Device, bool]:
        """Register a device; returns it, and whether it is new. The same token again is the same device.

        A token is one installation of the app: who signs in there has it from then on, and nobody else. So no device
        shows what is meant for somebody who used it before.

        Raises:
            InvalidInput: the token is not of the platform's form.
            Refused: `too_many_devices`, the user has as many as they may. When several are registered at the same
                moment, none of them may be the last one: each is taken off again.
            StoreUnavailable: the table did not answer; registering again goes on.
        """
        token = valid_token(platform, token)
        device_id = device_id_of(user_id, platform, token)
        registered = self.devices.of_user(user_id)
        for device in registered:
            if device.device_id == device_id:
                self.devices.take(device)
                return device, False
        if len(registered) >= MAX_DEVICES:
            raise _too_many()
        device = Device(user_id, device_id, platform, token, self.clock.now())
        if not self.devices.add(device):
            there = self.devices.find(user_id, device_id) or device
            self.devices.take(there)
            return there, False
        if len(self.devices.of_user(user_id)) > MAX_DEVICES:
            self.devices.remove(user_id, device_id)
            raise _too_many()
        self.devices.take(device)
        return device, True

    def of_user(self, user_id: str) -> Sequence[Device]:
        """A user's devices, the one first that was registered first."""
        return self.devices.of_user(user_id)

    def remove(self, user_id: str, device_id: str) -> None:
        """Take a user's device off.

        Raises:
            NotFound: the user has none of this id.
        """
        if not self.devices.remove(user_id, device_id):
            raise NotFound("the user has no such device")


def _too_many() -> Refused:
    return Refused("too_many_devices", f"there are {MAX_DEVICES} devices already; take one off first")
