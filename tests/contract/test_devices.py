from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.devices import DynamoDevices
from divisa.adapters.memory.devices import MemoryDevices
from divisa.domain.device import Device, Platform
from divisa.domain.errors import StoreUnavailable
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


def test_a_token_belongs_to_whoever_took_it_last(devices: Devices) -> None:
    bens, other = replace(PHONE, user_id="ben", device_id="d-7"), replace(TABLET, user_id="ben")
    for device in (PHONE, TABLET):
        devices.add(device)
        devices.take(device)
    devices.add(bens)
    devices.take(bens)
    devices.take(bens)
    devices.add(other)
    assert (list(devices.of_user("ana")), list(devices.of_user("ben"))) == ([TABLET], [bens, other])  # not taken yet
    devices.add(PHONE)
    devices.take(PHONE)
    assert (list(devices.of_user("ana")), list(devices.of_user("ben"))) == ([PHONE, TABLET], [other])


def test_a_token_of_a_device_that_was_taken_off_is_nobodys(devices: Devices) -> None:
    devices.add(PHONE)
    devices.take(PHONE)
    assert devices.remove("ana", PHONE.device_id)
    bens = replace(PHONE, user_id="ben")
    devices.add(bens)
    devices.take(bens)
    devices.add(PHONE)
    assert not devices.remove("ana", "d-none")
    assert devices.remove("ana", PHONE.device_id)
    assert list(devices.of_user("ben")) == [bens]


def test_nothing_of_a_person_stays_beside_a_device_that_was_taken_off(
    side: str, request: pytest.FixtureRequest
) -> None:
    if side == "memory":
        pytest.skip("a dictionary keeps nothing beside its devices")
    table = make_tables(request.getfixturevalue("cloud")).devices
    devices = DynamoDevices(table)
    devices.add(PHONE)
    devices.take(PHONE)
    assert len(list(table.scan())) == 2
    devices.remove("ana", PHONE.device_id)
    assert list(table.scan()) == []


def test_whoever_loses_the_race_for_a_token_looks_again_and_takes_it(
    side: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if side == "memory":
        pytest.skip("a dictionary is taken at once")
    table = make_tables(request.getfixturevalue("cloud")).devices
    devices, bens = DynamoDevices(table), replace(PHONE, user_id="ben")
    for device in (PHONE, bens):
        devices.add(device)
    looks, look = [0], table.get

    def overtaken(hash_key: str, range_key: str | None = None) -> object:
        found = look(hash_key, range_key)
        looks[0] += 1
        if looks[0] == 1:
            devices.take(PHONE)
        return found

    monkeypatch.setattr(table, "get", overtaken)
    devices.take(bens)
    assert (list(devices.of_user("ana")), list(devices.of_user("ben"))) == ([], [bens])
    assert looks[0] == 3

    def always(hash_key: str, range_key: str | None = None) -> object:
        return {**(look(hash_key, range_key) or {}), "owner": {"S": "somebody"}}

    monkeypatch.setattr(table, "get", always)
    with pytest.raises(StoreUnavailable):
        devices.take(PHONE)
