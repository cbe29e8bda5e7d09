"""Devices in DynamoDB."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.items import DeviceItem, TokenItem
from divisa.domain.device import Device, Platform, token_id_of
from divisa.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.adapters.aws.table import Image, Table


TAKE_ATTEMPTS: Final = 5
"""How often somebody else may take a token between our looking and our taking."""
_PARTITION: Final = "token#{}"
_OWNER: Final = "owner"
"""The place of the item that says whose a token is; no user's id is of this form."""


class DynamoDevices:
    """`Devices` in one table. Beside them an item for each token says whose it is."""

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
        device = self.find(user_id, device_id)
        if device is None:
            return False
        # First: without its device nobody would know of which token to forget the owner.
        self._table.delete(*_place(device), (TokenItem.owner == user_id) & (TokenItem.owned_device == device_id))
        return self._table.delete(user_id, device_id, DeviceItem.device_id.exists())

    def take(self, device: Device) -> None:
        """Make a device the only one with its token.

        Raises:
            StoreUnavailable: the table did not answer, or others take the token all the time; take it again.
        """
        place = _place(device)
        mine = TokenItem(*place, owner=device.user_id, owned_device=device.device_id)
        for _ in range(TAKE_ATTEMPTS):
            image = self._table.get(*place)
            if image is None:
                unchanged = TokenItem.owner.does_not_exist()
            else:
                before = TokenItem.from_raw_data(image)
                if (before.owner, before.owned_device) == (device.user_id, device.device_id):
                    return
                # First: who dies after this takes the token once more, and whoever had it is known until then.
                self._table.delete(before.owner, before.owned_device, DeviceItem.device_id.exists())
                unchanged = (TokenItem.owner == before.owner) & (TokenItem.owned_device == before.owned_device)
            if self._table.put(mine, unchanged):
                return
        raise StoreUnavailable("a device's token is taken by others again and again")


def _place(device: Device) -> tuple[str, str]:
    return _PARTITION.format(token_id_of(device.platform, device.token)), _OWNER


def _device(image: Image) -> Device:
    item = DeviceItem.from_raw_data(image)
    return Device(item.user_id, item.device_id, Platform(item.platform), item.token, item.registered_at)
