"""A message takes a place in its reader's week before it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.domain.errors import DeliveryUncertain, NotifierUnavailable, StoreUnavailable
from divisa.domain.pacing import WEEK
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import DeliveryStatus
from divisa.ports import Announcement
from tests.builders import WEDNESDAY, a_recipient, a_suggestion
from tests.unit.services.post import INSTANT, SUGGESTION, Crash, Post

MINUTES = timedelta(minutes=1)
NEXT = a_suggestion(suggestion_id="next")


def send(post: Post, suggestion_id: str, after: timedelta = timedelta(0)) -> DeliveryStatus:
    """Send a suggestion by SMS that was made some time after Wednesday, at once."""
    at = WEDNESDAY + after
    made = a_suggestion(suggestion_id=suggestion_id, created_at=at, expires_at=at + 30 * MINUTES)
    post.clock.set(at)
    return post.sms(Announcement(made, Channel.SMS))


def test_of_two_that_were_let_out_for_the_last_place_one_is_sent_and_the_other_goes_nowhere() -> None:
    post = Post(a_recipient(weekly_cap=1))
    for suggestion in (SUGGESTION, NEXT):
        post.carry(replace(suggestion, channels=(Channel.SMS, Channel.EMAIL)))
    assert [(each.suggestion_id, each.status) for each in post.deliveries.all()] == [
        (SUGGESTION.suggestion_id, DeliveryStatus.SENT),
        ("next", DeliveryStatus.WEEKLY_CAP),
    ]
    assert post.messages() == 1


def test_a_week_later_there_is_room_again() -> None:
    post = Post(a_recipient(weekly_cap=1))
    statuses = [send(post, "1"), send(post, "2", WEEK - INSTANT), send(post, "3", WEEK)]
    assert statuses == [DeliveryStatus.SENT, DeliveryStatus.WEEKLY_CAP, DeliveryStatus.SENT]


def test_the_cap_is_the_one_that_the_person_wants_at_the_moment_of_sending() -> None:
    post = Post(a_recipient(weekly_cap=1))
    send(post, "1")
    post.recipients.put_many([a_recipient(weekly_cap=2)])
    assert send(post, "2", MINUTES) is DeliveryStatus.SENT
    post.recipients.put_many([a_recipient(weekly_cap=0)])
    assert send(post, "3", 2 * MINUTES) is DeliveryStatus.WEEKLY_CAP


def test_all_channels_and_attempts_of_a_suggestion_share_one_place() -> None:
    post = Post(a_recipient(weekly_cap=1, email=None, consent=frozenset(Channel)))
    post.gateway.mood = NotifierUnavailable("throttled")
    post.carry(a_suggestion(channels=tuple(Channel)))
    assert post.statuses() == {"push": "no_contact", "email": "no_contact", "sms": "sent"}


@pytest.mark.parametrize("failure", [DeliveryUncertain("broke off"), Crash()])
def test_what_may_have_been_sent_keeps_its_place(failure: BaseException) -> None:
    post = Post(a_recipient(weekly_cap=1))
    post.gateway.mood = failure
    post.carry(a_suggestion(suggestion_id="unsure", channels=(Channel.SMS,)))
    post.carry(a_suggestion(suggestion_id="next", channels=(Channel.SMS,)))
    assert [each.status.value for each in post.deliveries.all()] == ["uncertain", "weekly_cap"]


@pytest.mark.parametrize(
    ("changes", "late"),
    [({"consent": frozenset[Channel]()}, timedelta(0)), ({}, timedelta(days=1))],
)
def test_what_is_not_tried_takes_no_place(changes: dict[str, Any], late: timedelta) -> None:
    post = Post(a_recipient(weekly_cap=1, **changes))
    post.clock.set(SUGGESTION.created_at + late)
    assert post.send_sms() in {DeliveryStatus.NO_CONSENT, DeliveryStatus.EXPIRED}
    assert post.pacing.take("ana", "another", post.clock.now(), 1)


class BusyPacing(MemoryPacing):
    """Places whose table does not answer."""

    def take(self, *_: object) -> bool:
        raise StoreUnavailable("no answer")


def test_places_that_do_not_answer_leave_the_delivery_to_the_next_attempt() -> None:
    post = Post(a_recipient())
    with pytest.raises(StoreUnavailable):
        replace(post.sms, pacing=BusyPacing())(Announcement(SUGGESTION, Channel.SMS))
    assert post.gateway.sent == []
    assert post.send_sms() is DeliveryStatus.SENT


def test_in_a_replay_a_week_passes_by_the_time_that_people_waited() -> None:
    """A third of a second on the way is two weeks of the replay, and those have passed for nobody."""
    post = Post(a_recipient(weekly_cap=1))
    assert post.send_sms() is DeliveryStatus.SENT
    waiting = replace(NEXT, expires_at=WEDNESDAY + 30 * WEEK)
    replayed = ManualClock(WEDNESDAY + 2 * WEEK, speed=4_000_000.0)
    assert replace(post.sms, clock=replayed)(Announcement(waiting, Channel.SMS)) is DeliveryStatus.WEEKLY_CAP
