"""Whatever prices do, people wish and senders suffer, no message goes out that should not, and nothing is lost.

Consent, quiet hours and the weekly cap are those of the moment in which a message goes out; an episode has one message
at most; one thing became of every suggestion in the end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import SuggestionResponse
from tests.builders import WEDNESDAY
from tests.unit.services.life import DAY, HOUR, MINUTE, SECOND, Life
from tests.unit.services.post import MoodyDeliveries
from tests.unit.services.steps import Answered, Decided, Mood, Sent, Wished

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Delivery
    from tests.unit.services.steps import Step, Steps

PUSH, EMAIL, SMS = Channel
STARTS = [
    WEDNESDAY,
    datetime(2024, 1, 31, 18, tzinfo=UTC),
    datetime(
        2024, 3, 8, 20, tzinfo=UTC
    ),  # New York goes over to summer time two days later, while the market is closed
    datetime(2024, 4, 25, 18, tzinfo=UTC),  # Cairo goes over to it four hours later, and back in the night below
    datetime(2024, 10, 31, 17, tzinfo=UTC),
]
ZONES = ["UTC", "America/Mexico_City", "America/New_York", "Africa/Cairo", "Asia/Kolkata"]
NIGHT, SIESTA = QuietHours(time(22), time(7)), QuietHours(time(12), time(18))
QUIET = [None, NIGHT, SIESTA, SIESTA, QuietHours(time(23, 30), time(0, 30)), QuietHours(time(0), time(3))]
WAITS = st.sampled_from([SECOND, MINUTE, MINUTE, 3 * MINUTE, HOUR, 3 * HOUR, 11 * HOUR])
CONSENT = st.sampled_from([set(), {PUSH}, {EMAIL}, {SMS}, {PUSH, SMS}, set(Channel), set(Channel)]).map(frozenset)
WISHED = st.builds(Wished, CONSENT, st.sampled_from([0, 1, 3, 9]), st.sampled_from(QUIET), st.sampled_from(ZONES))
MIDS = st.lists(st.sampled_from(["16.60", "17.00", "17.25"]), min_size=1, max_size=3).map(tuple)
DECIDED = st.builds(Decided, MIDS, st.booleans())
ANSWERED = st.builds(Answered, st.none() | st.sampled_from(SuggestionResponse))
MOODS = st.lists(st.sampled_from(Mood) | st.just(Mood.SENT), min_size=1, max_size=5).map(tuple)
SENT = st.builds(Sent, MOODS, st.booleans(), st.booleans())


def each_after_a_wait(*steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Steps]:
    return st.tuples(*(st.tuples(WAITS, step) for step in steps))


STEPS = st.lists(
    each_after_a_wait(DECIDED, SENT)
    | each_after_a_wait(DECIDED, WISHED, SENT)
    | each_after_a_wait(DECIDED, SENT, WISHED, SENT)
    | each_after_a_wait(SENT)
    | each_after_a_wait(ANSWERED),
    min_size=3,
    max_size=15,
).map(lambda days: [step for day in days for step in day])


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.sampled_from(STARTS), STEPS)
def test_no_life_has_a_message_that_should_not_go_out_and_one_thing_becomes_of_every_suggestion(
    start: datetime, steps: Steps
) -> None:
    Life(start).live(steps).end()


RISE, FALL, SEND = Decided(("17.25",)), Decided(("16.60",)), Sent((Mood.SENT,) * 3)
RESTS = Wished(quiet_hours=SIESTA)


def after_a_rise(*steps: Wished | Answered | Decided | Sent) -> Steps:
    """At 15:00 the price of one pair rises, and a minute passes before each of the steps."""
    return [(SECOND, RISE), *((MINUTE, step) for step in steps)]


@pytest.mark.parametrize(
    ("steps", "fates", "messages"),
    [
        (after_a_rise(SEND), ["sent"], 1),
        (after_a_rise(Wished(frozenset([SMS])), SEND), ["sent"], 1),
        (after_a_rise(Wished(frozenset()), SEND, SEND, SEND), ["no_consent"], 0),
        (after_a_rise(RESTS, SEND), ["quiet_hours"], 0),
        (after_a_rise(Sent((Mood.AWAY,)), Wished(weekly_cap=0), SEND), ["weekly_cap"], 0),
        (after_a_rise(Sent((Mood.DIES_CLAIMED,)), SEND, SEND), ["sent"], 1),
        (after_a_rise(Sent((Mood.LATE,)), SEND), ["sent"], 1),
        (after_a_rise(Sent((Mood.DIES_BEFORE,)), SEND), ["uncertain"], 0),
        (after_a_rise(Sent((Mood.DIES_AFTER,)), SEND), ["uncertain"], 1),
        (after_a_rise(Sent((Mood.OUTLASTED,)), SEND), ["uncertain"], 1),
        (after_a_rise(Sent((Mood.OVERTAKEN,)), SEND), ["sent"], 1),
        (after_a_rise(Sent((Mood.DIES_UNSETTLED,)), SEND), ["uncertain"], 1),
        (after_a_rise(Wished(frozenset()), Sent((Mood.UNSETTLED,)), SEND), ["no_consent"], 0),
        (after_a_rise(Sent((Mood.DIES_SETTLED,), again=True), SEND), ["sent"], 1),
        (after_a_rise(*[Sent((Mood.TOPIC_DIES,), again=True)] * 9), ["no_contact"], 0),
        ([*after_a_rise(), (25 * HOUR, SEND)], ["expired"], 0),
        (after_a_rise(Answered(SuggestionResponse.DISMISSED), SEND), ["sent"], 1),
        ([(SECOND, RESTS), (SECOND, RISE), (MINUTE, Answered(SuggestionResponse.DISMISSED))], ["dismissed"], 0),
        ([(SECOND, RESTS), (SECOND, RISE), (MINUTE, SEND)], ["stale_quote"], 0),
        (
            [(SECOND, RESTS), (SECOND, RISE), (4 * HOUR, Decided(("17.25",), releases=True)), (MINUTE, SEND)],
            ["sent"],
            1,
        ),
        ([(SECOND, RESTS), (SECOND, RISE), (4 * HOUR, Decided(("17.00",), releases=True))], ["not_now"], 0),
        ([(SECOND, Wished(frozenset())), (SECOND, RISE), (MINUTE, SEND)], ["no_consent"], 0),
    ],
)
def test_such_lives_end_in_each_of_these_ways(steps: Steps, fates: list[str], messages: int) -> None:
    life = Life().live(steps)
    assert life.end() == fates
    assert len(life.went_out) == messages


def test_of_what_quiet_hours_held_back_on_two_pairs_one_message_is_made() -> None:
    both = Decided(("17.25", "17.25"))
    life = Life().live([(SECOND, RESTS), (SECOND, both), (4 * HOUR, both._replace(releases=True)), (MINUTE, SEND)])
    assert sorted(life.end()) == ["merged", "sent"]


@pytest.mark.parametrize(("hours", "messages"), [(4, 0), (5, 1)])
def test_quiet_hours_in_which_the_clock_goes_forward_are_over_an_hour_sooner(hours: int, messages: int) -> None:
    """At 22:00 UTC Cairo's clock goes from midnight to one."""
    rests = Wished(quiet_hours=QuietHours(time(20), time(2)), time_zone="Africa/Cairo")
    released = Decided(("17.25",), releases=True)
    life = Life(datetime(2024, 4, 25, 18, 30, tzinfo=UTC))
    life.live([(SECOND, rests), (SECOND, RISE), (hours * HOUR, released), (MINUTE, SEND)])
    assert len(life.went_out) == messages


class Unclaimed(MoodyDeliveries):
    """Deliveries of which every sender believes that nobody has begun them."""

    def claim(self, mine: Delivery, abandoned: Delivery | None = None) -> Delivery | None:
        self._stored[mine.suggestion_id, mine.channel] = mine
        return None


def agreeing(recipient: Recipient) -> Recipient:
    """Somebody as they look to senders who ask nobody for consent."""
    return replace(recipient, consent=frozenset(Channel))


def wakeful(recipient: Recipient) -> Recipient:
    """Somebody as they look to senders who do not look at the hour."""
    return replace(recipient, quiet_hours=None)


@pytest.mark.parametrize(
    ("heedless", "steps", "message"),
    [
        (lambda: Life(see=agreeing), after_a_rise(Wished(frozenset([SMS])), SEND), "without consent"),
        (lambda: Life(see=agreeing), after_a_rise(Sent((Mood.AWAY,)), Wished(frozenset()), SEND), "without consent"),
        (lambda: Life(see=wakeful), after_a_rise(RESTS, SEND), "in quiet hours"),
        (lambda: Life(see=wakeful), after_a_rise(Sent((Mood.NO_CONTACT,)), RESTS, SEND), "in quiet hours"),
        (lambda: Life(deliveries=Unclaimed()), after_a_rise(Sent((Mood.SENT,), again=True), SEND), "a second message"),
        (lambda: Life(deliveries=Unclaimed()), after_a_rise(Sent((Mood.DIES_AFTER,)), SEND), "a second message"),
        (lambda: Life(deliveries=Unclaimed()), after_a_rise(Sent((Mood.OVERTAKEN,)), SEND), "a second message"),
    ],
)
def test_without_the_look_before_sending_such_lives_have_a_message_that_should_not_go_out(
    heedless: Callable[[], Life], steps: Steps, message: str
) -> None:
    Life().live(steps)
    with pytest.raises(AssertionError, match=message):
        heedless().live(steps)


def test_a_sender_that_forgets_the_next_channel_leaves_a_suggestion_of_which_nothing_became() -> None:
    life = Life().live(after_a_rise(Sent((Mood.NO_CONTACT,))))
    life.queue.clear()
    with pytest.raises(AssertionError):
        life.end()


def test_a_week_has_no_more_than_its_cap_though_it_is_lowered_and_raised_again() -> None:
    life = Life().live(after_a_rise(SEND))
    life.live([(HOUR, Wished(weekly_cap=1)), (HOUR, FALL), (MINUTE, SEND), (DAY, Wished(weekly_cap=2)), (HOUR, RISE)])
    life.live([(MINUTE, SEND)])
    assert [str(status) for status in life.end()] == ["sent", "weekly_cap", "sent"]
