"""Devices in DynamoDB."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from divisa.adapters.aws.items import DeviceItem
from divisa.domain.device import Device, Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.adapters.aws.table import Image, Table


class DynamoDevices:
    """`Devices` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_user(self, user_id: str) -> Sequence[Device]:
        """A user's devices, the one first that was registered first."""
        images = (image for page in self._table.pages(user_id, consistent=True) for image in page)
        return sorted(self._table.read_all(images, _device), key=attrgetter("registered_at", "device_id"))

    def find(self, user_id: str, device_id: str) -> Device | None:
        """A user's device of this id."""
        image = self._table.get(user_id, device_id)
        return None if image is None else self._table.read(image, _device)

    def add(self, device: Device) -> bool:
        """Insert a device; False, and nothing is written, when its user has one of this id."""
        item = DeviceItem(
            user_id=device.user_id,
            device_id=device.device_id,
            platform=device.platform.value,
            token=device.token,
            registered_at=device.registered_at,
        )
        return self._table.put(item, DeviceItem.device_id.does_not_exist())

    def remove(self, user_id: str, device_id: str) -> bool:
        """Delete a user's device; False when there was none of this id."""
        return self._table.delete(user_id, device_id, DeviceItem.device_id.exists())


def _device(image: Image) -> Device:
    item = DeviceItem.from_raw_data(image)
    return Device(item.user_id, item.device_id, Platform(item.platform), item.token, item.registered_at)
