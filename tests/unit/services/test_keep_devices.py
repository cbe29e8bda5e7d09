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


def test_a_token_of_apple_is_the_same_in_capital_letters() -> None:
    world = PeopleWorld()
    device, _ = world.keep_devices.register("ana", Platform.IOS, "AB" * 32)
    assert device.token == "ab" * 32
    assert world.keep_devices.register("ana", Platform.IOS, "aB" * 32) == (device, False)
    android, _ = world.keep_devices.register("ana", Platform.ANDROID, "AB" * 32)
    assert android.token == "AB" * 32


def test_who_signs_in_on_a_device_has_its_notifications_and_who_used_it_before_has_them_no_more() -> None:
    world = PeopleWorld()
    world.keep_devices.register("ana", Platform.IOS, "ab" * 32)
    other, _ = world.keep_devices.register("ana", Platform.IOS, "cd" * 32)
    bens, is_new = world.keep_devices.register("ben", Platform.IOS, "AB" * 32)
    assert is_new
    assert (list(world.devices.of_user("ana")), list(world.devices.of_user("ben"))) == ([other], [bens])


def test_who_died_before_the_token_was_taken_takes_it_by_registering_again() -> None:
    world = PeopleWorld()
    anas, _ = world.keep_devices.register("ana", Platform.IOS, "ab" * 32)
    bens, _ = world.keep_devices.register("ben", Platform.IOS, "ab" * 32)
    world.devices.add(anas)  # and no take: she was killed there
    assert world.keep_devices.register("ana", Platform.IOS, "ab" * 32) == (anas, False)
    assert (list(world.devices.of_user("ana")), list(world.devices.of_user("ben"))) == ([anas], [])
    assert bens.token == anas.token
