from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.devices import DynamoDevices
from divisa.adapters.memory.devices import MemoryDevices
from divisa.domain.device import Device, Platform
from tests.builders import WEDNESDAY
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Devices

PHONE = Device("ana", "d-1", Platform.IOS, "ab" * 32, WEDNESDAY)
TABLET = Device("ana", "d-0", Platform.ANDROID, "fcm:" + "x" * 160, WEDNESDAY + timedelta(microseconds=1))


@pytest.fixture
def devices(side: str, request: pytest.FixtureRequest) -> Devices:
    if side == "memory":
        return MemoryDevices()
    return DynamoDevices(make_tables(request.getfixturevalue("cloud")).devices)


def test_devices_come_back_as_they_were_added_the_first_one_first(devices: Devices) -> None:
    assert devices.add(TABLET)
    assert devices.add(PHONE)
    assert list(devices.of_user("ana")) == [PHONE, TABLET]
    assert devices.find("ana", "d-0") == TABLET


def test_a_device_is_added_once(devices: Devices) -> None:
    assert devices.add(PHONE)
    assert not devices.add(replace(PHONE, registered_at=WEDNESDAY + timedelta(days=1)))
    assert list(devices.of_user("ana")) == [PHONE]


def test_a_device_belongs_to_its_user(devices: Devices) -> None:
    devices.add(PHONE)
    assert list(devices.of_user("ben")) == []
    assert devices.find("ben", PHONE.device_id) is None
    assert not devices.remove("ben", PHONE.device_id)
    assert list(devices.of_user("ana")) == [PHONE]


def test_a_device_that_was_taken_off_is_gone(devices: Devices) -> None:
    devices.add(PHONE)
    assert devices.remove("ana", PHONE.device_id)
    assert not devices.remove("ana", PHONE.device_id)
    assert list(devices.of_user("ana")) == []
