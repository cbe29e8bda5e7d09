from __future__ import annotations

from datetime import time, timedelta

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import DeliveryStatus
from divisa.ports import Announcement
from tests.builders import WEDNESDAY, a_recipient
from tests.unit.services.post import EVERYWHERE, INSTANT, SUGGESTION, Post

SIESTA = QuietHours(time(9, 10), time(17))
"""From ten minutes after the suggestion on, by the clocks of Mexico City."""
BEGINS = timedelta(minutes=10)


def a_sleeper() -> Recipient:
    return a_recipient(quiet_hours=SIESTA, time_zone="America/Mexico_City", consent=frozenset(Channel))


@pytest.mark.parametrize(
    ("waited", "status"),
    [(BEGINS - INSTANT, DeliveryStatus.SENT), (BEGINS, DeliveryStatus.QUIET_HOURS)],
)
def test_nothing_is_sent_once_quiet_hours_have_begun(waited: timedelta, status: DeliveryStatus) -> None:
    post = Post(a_sleeper())
    post.clock.set(WEDNESDAY + waited)
    assert [post.send_sms(), post.send_sms()] == [status, status]
    assert len(post.gateway.sent) == (status is DeliveryStatus.SENT)
    assert post.only_delivery().status is status


def test_what_quiet_hours_prevented_is_not_sent_when_they_are_over_nor_over_another_channel() -> None:
    post = Post(a_sleeper())
    post.clock.set(WEDNESDAY + BEGINS)
    by_mail = Announcement(EVERYWHERE, Channel.EMAIL)
    assert post.email(by_mail) is DeliveryStatus.QUIET_HOURS
    post.clock.set(WEDNESDAY + timedelta(hours=9))
    assert post.email(by_mail) is DeliveryStatus.QUIET_HOURS
    assert post.mail.sent == []
    assert post.topic.published == []


def test_in_a_replay_quiet_hours_are_met_by_the_time_that_people_waited() -> None:
    """A second on the way is twenty minutes of the replay, and those have passed for nobody."""
    post = Post(a_sleeper())
    replayed = ManualClock(SUGGESTION.created_at + timedelta(minutes=20), speed=1200.0)
    object.__setattr__(post.sms, "clock", replayed)
    assert post.send_sms() is DeliveryStatus.SENT
