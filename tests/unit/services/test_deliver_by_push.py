"""Devices: several are one delivery, and those that are gone are forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.push_gateway import MemoryPushGateway
from divisa.domain.device import MAX_DEVICES, Device, Platform
from divisa.domain.errors import (
    DeliveryUncertain,
    InvalidContact,
    NotifierUnavailable,
)
from divisa.domain.recipient import Channel
from divisa.ports import Announcement
from divisa.services.deliver import LEASE, Deliver, by_push
from tests.builders import APP_URL
from tests.unit.services.post import EVERYWHERE, INSTANT, WILLING, Crash, Post, a_device

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from divisa.domain.push import Notification
    from divisa.services.deliver import Send


def test_all_devices_of_a_person_are_one_delivery() -> None:
    post = Post(WILLING)
    post.devices.add(a_device("a"))
    post.devices.add(a_device("b", Platform.IOS))
    post.carry(EVERYWHERE)
    first, second = post.push.sent
    assert (first.token, second.token, first.notification) == ("a", "b", second.notification)
    assert post.only_delivery().message_id == first.message_id


def test_who_is_killed_before_the_first_notification_costs_no_message() -> None:
    post = Post(WILLING)
    post.devices.add(a_device())

    class Killed(MemoryPushGateway):
        def send(self, device: Device, notification: Notification, begin: Callable[[], None]) -> str:
            raise Crash

    with pytest.raises(Crash):
        replace_send(post, by_push(Killed(), post.devices, post.clock, APP_URL))(Announcement(EVERYWHERE, Channel.PUSH))
    post.clock.advance(LEASE + INSTANT)
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "sent"}


def test_a_notification_that_comes_late_lives_for_what_is_left_of_its_suggestion() -> None:
    post = Post(WILLING)
    post.devices.add(a_device())
    post.clock.set(EVERYWHERE.expires_at - timedelta(minutes=3))
    post.carry(EVERYWHERE)
    assert post.push.sent[0].notification.lifetime == timedelta(minutes=3)


def test_a_device_that_is_gone_is_forgotten_and_the_others_are_told() -> None:
    post = Post(WILLING)
    for token in ("a", "b", "c"):
        post.devices.add(a_device(token))
    post.push.gone = {"a", "c"}
    post.carry(EVERYWHERE)
    assert [each.token for each in post.push.sent] == ["b"]
    assert [each.token for each in post.devices.of_user("ana")] == ["b"]
    assert post.statuses() == {"push": "sent"}


def test_when_every_device_is_gone_the_next_channel_tells() -> None:
    post = Post(WILLING)
    for number in range(MAX_DEVICES):
        post.devices.add(a_device(str(number)))
    post.push.gone = {str(number) for number in range(MAX_DEVICES)}
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "invalid_contact", "email": "sent"}
    assert post.devices.of_user("ana") == []


def test_a_platform_that_is_not_reached_keeps_its_devices_and_the_next_channel_tells() -> None:
    post = Post(WILLING)
    post.devices.add(a_device(platform=Platform.IOS))
    post.senders[Channel.PUSH] = replace_send(
        post, by_push(MemoryPushGateway([Platform.ANDROID]), post.devices, post.clock, APP_URL)
    )
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": "no_contact", "email": "sent"}
    assert len(post.devices.of_user("ana")) == 1


class MoodyPush(MemoryPushGateway):
    """A gateway that raises for some tokens, as often as they come."""

    def __init__(self, moods: Mapping[str, Exception]) -> None:
        super().__init__()
        self._moods = moods

    def send(self, device: Device, notification: Notification, begin: Callable[[], None]) -> str:
        if device.token in self._moods:
            begin()
            raise self._moods[device.token]
        return super().send(device, notification, begin)


def replace_send(post: Post, send: Send) -> Deliver:
    return replace(post.senders[Channel.PUSH], send=send)


GONE, AWAY, UNSURE = InvalidContact("gone"), NotifierUnavailable("throttled"), DeliveryUncertain("broke off")


@pytest.mark.parametrize(
    ("moods", "status"),
    [
        ([AWAY, None], "sent"),
        ([None, AWAY], "sent"),
        ([None, UNSURE], "sent"),
        ([UNSURE, None], "sent"),
        ([UNSURE, AWAY], "uncertain"),
        ([GONE, UNSURE], "uncertain"),
    ],
)
def test_who_has_it_on_one_device_has_it_and_what_is_unsure_on_one_is_unsure(
    moods: list[Exception | None], status: str
) -> None:
    post = Post(WILLING)
    for token in ("0", "1"):
        post.devices.add(a_device(token))
    gateway = MoodyPush({str(number): mood for number, mood in enumerate(moods) if mood is not None})
    post.senders[Channel.PUSH] = replace_send(post, by_push(gateway, post.devices, post.clock, APP_URL))
    post.carry(EVERYWHERE)
    assert post.statuses() == {"push": status}


def test_a_gateway_that_takes_nothing_for_any_device_is_tried_again() -> None:
    post = Post(WILLING)
    for token in ("0", "1"):
        post.devices.add(a_device(token))
    send = by_push(MoodyPush({"0": GONE, "1": AWAY}), post.devices, post.clock, APP_URL)
    with pytest.raises(NotifierUnavailable):
        replace_send(post, send)(Announcement(EVERYWHERE, Channel.PUSH))
    assert list(post.deliveries.all()) == []
    assert [each.token for each in post.devices.of_user("ana")] == ["1"]
