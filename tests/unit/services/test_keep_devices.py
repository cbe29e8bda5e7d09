from __future__ import annotations

from dataclasses import replace

import pytest

from divisa.adapters.memory.devices import MemoryDevices
from divisa.domain.device import MAX_DEVICES, Device, Platform
from divisa.domain.errors import Refused
from tests.unit.services.people import PeopleWorld


class Racing(MemoryDevices):
    """Devices of which somebody else adds one just before ours."""

    def __init__(self, rival: Device) -> None:
        super().__init__()
        self.rival: Device | None = rival

    def add(self, device: Device) -> bool:
        rival, self.rival = self.rival, None
        if rival is not None:
            super().add(rival)
        return super().add(device)


def test_two_who_register_the_last_device_at_once_do_not_make_it_eleven() -> None:
    world = PeopleWorld()
    token = "{:064x}".format
    other, _ = world.keep_devices.register("ana", Platform.IOS, token(99))
    racing = Racing(other)
    keep = replace(world.keep_devices, devices=racing)
    for number in range(MAX_DEVICES - 1):
        racing.rival = None
        keep.register("ana", Platform.IOS, token(number))
    racing.rival = other
    with pytest.raises(Refused) as caught:
        keep.register("ana", Platform.IOS, token(50))
    assert caught.value.code == "too_many_devices"
    assert len(racing.of_user("ana")) == MAX_DEVICES


def test_two_who_register_the_same_device_at_once_get_the_same_one() -> None:
    world = PeopleWorld()
    device, _ = world.keep_devices.register("ana", Platform.IOS, "ab" * 32)
    keep = replace(world.keep_devices, devices=Racing(device))
    assert keep.register("ana", Platform.IOS, "ab" * 32) == (device, False)
