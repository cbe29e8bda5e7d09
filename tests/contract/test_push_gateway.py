"""The laptop's SNS takes notifications and keeps none: what is held against both sides is who is refused."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.push_gateway import SnsPushGateway
from divisa.adapters.memory.push_gateway import MemoryPushGateway
from divisa.domain.device import Device, Platform
from divisa.domain.errors import ConcurrentUpdate, NoContact
from divisa.domain.push import Notification
from tests.builders import WEDNESDAY

if TYPE_CHECKING:
    from divisa.ports import PushGateway
    from tests.ministack import BareMiniStack

NEWS = Notification("Buen precio", "100.00 USD ñ", "s-1", "https://app.divisa.example/s/s-1", timedelta(minutes=30))
PHONE = Device("ana", "d-1", Platform.ANDROID, "token-of-a-phone" * 3, WEDNESDAY)
TABLET = replace(PHONE, device_id="d-2", token="token-of-a-tablet" * 3)


def ready() -> None:
    """What is to be written down before sending is."""


@pytest.fixture
def gateway(side: str, request: pytest.FixtureRequest) -> PushGateway:
    """One that reaches Android and nothing else."""
    if side == "memory":
        return MemoryPushGateway([Platform.ANDROID])
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    made = cloud.client("sns").create_platform_application(
        Name=f"contract-{uuid.uuid4().hex[:8]}", Platform="GCM", Attributes={"PlatformCredential": "none"}
    )
    client = clients.push_sns()
    request.addfinalizer(client.close)
    return SnsPushGateway(client, {Platform.ANDROID: made["PlatformApplicationArn"], Platform.IOS: ""})


def test_every_notification_has_an_id_of_its_own_and_a_device_may_get_many(gateway: PushGateway) -> None:
    assert len({gateway.send(device, NEWS, ready) for device in (PHONE, TABLET, PHONE)}) == 3


def test_a_device_that_was_forgotten_is_forgotten_again_and_may_come_back(gateway: PushGateway) -> None:
    gateway.send(PHONE, NEWS, ready)
    for device in (PHONE, PHONE, TABLET, replace(PHONE, platform=Platform.IOS)):
        gateway.forget(device)
    assert gateway.send(PHONE, NEWS, ready)


def test_a_platform_that_nothing_reaches_is_no_contact(gateway: PushGateway) -> None:
    with pytest.raises(NoContact) as refused:
        gateway.send(replace(PHONE, platform=Platform.IOS), NEWS, ready)
    assert PHONE.token not in str(refused.value)


def test_what_is_not_to_begin_is_not_sent(gateway: PushGateway) -> None:
    def taken_over() -> None:
        raise ConcurrentUpdate("another attempt's")

    with pytest.raises(ConcurrentUpdate):
        gateway.send(PHONE, NEWS, taken_over)
