"""Devices in a dictionary."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.device import Device


class MemoryDevices:
    """`Devices` of one process."""

    def __init__(self) -> None:
        self._by_user: dict[str, dict[str, Device]] = {}

    def of_user(self, user_id: str) -> Sequence[Device]:
        """A user's devices, the one first that was registered first."""
        return sorted(self._by_user.get(user_id, {}).values(), key=attrgetter("registered_at", "device_id"))

    def find(self, user_id: str, device_id: str) -> Device | None:
        """A user's device of this id."""
        return self._by_user.get(user_id, {}).get(device_id)

    def add(self, device: Device) -> bool:
        """Insert a device; False, and nothing is written, when its user has one of this id."""
        return self._by_user.setdefault(device.user_id, {}).setdefault(device.device_id, device) is device

    def remove(self, user_id: str, device_id: str) -> bool:
        """Delete a user's device; False when there was none of this id."""
        return self._by_user.get(user_id, {}).pop(device_id, None) is not None

    def take(self, device: Device) -> None:
        """Make a device the only one with its token."""
        for user_id, devices in self._by_user.items():
            for device_id, other in list(devices.items()):
                is_same = (user_id, device_id) == (device.user_id, device.device_id)
                if not is_same and (other.platform, other.token) == (device.platform, device.token):
                    del devices[device_id]

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        return len(self._by_user.pop(user_id, {}))
