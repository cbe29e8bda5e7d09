from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, Suggestion, Suppression
from local.outcome import Outcome, reconcile, waiting_ms
from tests.builders import WEDNESDAY, a_suggestion

SENT = DeliveryStatus.SENT
BY_SMS = a_suggestion(suggestion_id="s-1", channels=(Channel.SMS,))
KEY = ("s-1", Channel.SMS)


def a_delivery(
    status: DeliveryStatus, *, suggestion_id: str = "s-1", channel: Channel = Channel.SMS, seconds: float = 0.0
) -> Delivery:
    message_id = f"{channel}-{suggestion_id}" if status.was_sent else None
    return Delivery(suggestion_id, channel, status, WEDNESDAY + timedelta(seconds=seconds), message_id)


@pytest.mark.parametrize("status", [status for status in DeliveryStatus if status.was_sent])
def test_a_message_that_is_in_an_inbox_is_delivered_whatever_was_said_to_it(status: DeliveryStatus) -> None:
    outcome = reconcile([BY_SMS], [a_delivery(status)], {"sms-s-1"})
    assert outcome == Outcome(suggestions=1, delivered=Counter(sms=1))


def test_a_message_that_was_handed_over_and_is_in_no_inbox_is_open_whatever_the_queues_say() -> None:
    outcome = reconcile([BY_SMS], [a_delivery(SENT)], {"another"}, {KEY})
    assert outcome == Outcome(suggestions=1, open=[KEY])


@pytest.mark.parametrize(
    "status",
    sorted(each for each in DeliveryStatus if not each.was_sent and each.is_settled),
)
def test_a_message_that_ended_otherwise_is_unsent_for_that_reason(status: DeliveryStatus) -> None:
    outcome = reconcile([BY_SMS], [a_delivery(status)], set())
    assert outcome == Outcome(suggestions=1, unsent=Counter({f"sms: {status.value}": 1}))


@pytest.mark.parametrize(
    "deliveries",
    [[], [a_delivery(DeliveryStatus.CLAIMED)], [a_delivery(DeliveryStatus.SENDING)]],
    ids=["never claimed", "claimed", "sending"],
)
def test_a_message_without_an_end_is_open_until_its_queue_gives_up(deliveries: list[Delivery]) -> None:
    assert reconcile([BY_SMS], deliveries, set()).open == [KEY]
    assert reconcile([BY_SMS], deliveries, set(), {KEY}) == Outcome(
        suggestions=1, unsent=Counter({"sms: dead_letter": 1})
    )


def test_a_suggestion_that_was_held_back_is_counted_by_its_reason_and_expected_nowhere() -> None:
    held = a_suggestion(suppressed=Suppression.COOLDOWN, channels=())
    assert reconcile([held], [], set()) == Outcome(suppressed=Counter(cooldown=1))


def test_a_suggestion_that_waits_for_the_end_of_quiet_hours_is_neither_told_nor_lost() -> None:
    waiting = a_suggestion(held_until=WEDNESDAY, channels=())
    assert reconcile([waiting], [], set()) == Outcome(held=1)


BOTH = a_suggestion(suggestion_id="s-1")


@pytest.mark.parametrize("status", [each for each in DeliveryStatus if each.passes_on])
def test_after_a_channel_that_reached_nobody_the_message_is_expected_on_the_next(status: DeliveryStatus) -> None:
    refused, unsent = a_delivery(status, channel=Channel.EMAIL), Counter({f"email: {status.value}": 1})
    assert reconcile([BOTH], [refused], set()) == Outcome(suggestions=1, unsent=unsent, open=[KEY])
    told = reconcile([BOTH], [refused, a_delivery(SENT)], {"sms-s-1"})
    assert told == Outcome(suggestions=1, unsent=unsent, delivered=Counter(sms=1))


@pytest.mark.parametrize("status", [DeliveryStatus.EXPIRED, DeliveryStatus.UNCERTAIN])
def test_after_any_other_end_no_message_is_expected_anywhere(status: DeliveryStatus) -> None:
    outcome = reconcile([BOTH], [a_delivery(status, channel=Channel.EMAIL)], set())
    assert outcome == Outcome(suggestions=1, unsent=Counter({f"email: {status.value}": 1}))


def test_a_sender_that_died_after_it_had_told_the_next_channel_hides_no_message() -> None:
    died = a_delivery(DeliveryStatus.UNCERTAIN, channel=Channel.EMAIL)
    outcome = reconcile([BOTH], [died, a_delivery(SENT)], {"sms-s-1"})
    assert (outcome.delivered, outcome.open) == (Counter(sms=1), [])


def test_a_notification_that_was_taken_is_believed_since_nothing_keeps_it() -> None:
    pushed = a_suggestion(suggestion_id="s-1", channels=(Channel.PUSH,))
    outcome = reconcile([pushed], [a_delivery(SENT, channel=Channel.PUSH)], set())
    assert outcome == Outcome(suggestions=1, delivered=Counter(push=1))


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Suggestion], list[Delivery], set[str], set[tuple[str, Channel]]]:
    """Suggestions, and anything that may have become of each message."""
    suggestions, deliveries = [], []
    inbox: set[str] = set()
    dead: set[tuple[str, Channel]] = set()
    for number in range(draw(st.integers(0, 8))):
        name = f"s-{number}"
        suppressed = draw(st.none() | st.sampled_from(Suppression))
        channels = () if suppressed else tuple(draw(st.sets(st.sampled_from(Channel))))
        suggestions.append(a_suggestion(suggestion_id=name, suppressed=suppressed, channels=channels))
        for channel in Channel:
            status = draw(st.none() | st.sampled_from(DeliveryStatus))
            if status is not None:
                deliveries.append(a_delivery(status, suggestion_id=name, channel=channel))
            if draw(st.booleans()):
                inbox.add(f"{channel}-{name}")
            if draw(st.booleans()):
                dead.add((name, channel))
    return suggestions, deliveries, inbox, dead


@given(books())
def test_every_message_is_delivered_unsent_or_open_and_every_suggestion_makes_one_at_least(
    found: tuple[list[Suggestion], list[Delivery], set[str], set[tuple[str, Channel]]],
) -> None:
    suggestions, deliveries, inbox, dead = found
    outcome = reconcile(suggestions, deliveries, inbox, dead)

    let_out = [each for each in suggestions if each.suppressed is None]
    assert outcome.suggestions == len(let_out)
    assert outcome.suppressed.total() == len(suggestions) - len(let_out)
    for channel in Channel:
        unsent = sum(n for reason, n in outcome.unsent.items() if reason.startswith(f"{channel}: "))
        still_open = sum(1 for _, on in outcome.open if on is channel)
        counted = outcome.delivered[channel] + unsent + still_open
        assert sum(each.channels[:1] == (channel,) for each in let_out) <= counted
        assert counted <= sum(channel in each.channels for each in let_out)
    assert len(set(outcome.open)) == len(outcome.open)


def test_a_message_waits_from_its_quote_until_it_is_handed_over_in_wall_time() -> None:
    # At sixty replayed seconds a second, an hour of the replay is a minute.
    waited = waiting_ms([BY_SMS], [a_delivery(SENT, seconds=3600)], 60.0)
    assert waited == {"p50": 60_000.0, "p99": 60_000.0}


def test_what_was_not_sent_waits_for_nothing() -> None:
    assert waiting_ms([BY_SMS], [a_delivery(DeliveryStatus.EXPIRED)], 1.0) == {"p50": None, "p99": None}
