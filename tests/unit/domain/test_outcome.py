"""What a suggestion led to, and when that is known."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from divisa.domain.bars import Bar, Interval, bar_of, joined
from divisa.domain.experiment import Arm
from divisa.domain.outcome import Horizon, Outcome, OutcomeRules, outcome_of
from divisa.domain.pair import Pair
from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, SuggestionResponse, Suppression
from divisa.domain.transaction import Side
from tests.builders import USD_MXN, WEDNESDAY, a_quote, a_suggestion, an_entry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MUCH_LATER = WEDNESDAY + 30 * DAY
FREE = OutcomeRules(half_spread=Decimal(0))


def found(suggestion: Any = None, *, at: datetime = MUCH_LATER, rules: OutcomeRules = FREE, **parts: Any) -> Outcome:
    known: dict[str, Any] = {"deliveries": (), "entries": (), "bars": ()} | parts
    outcome = outcome_of(suggestion or a_suggestion(), **known, at=at, rules=rules)
    assert outcome is not None
    return outcome


def a_close(mid: str, at: datetime, interval: Interval = Interval.MINUTE) -> Bar:
    return bar_of(a_quote(mid, at=at), interval)


def a_delivery(**changes: Any) -> Delivery:
    plain = Delivery(a_suggestion().suggestion_id, Channel.SMS, DeliveryStatus.SENT, WEDNESDAY + timedelta(seconds=3))
    return replace(plain, **changes)


def test_what_was_let_out_is_treated_and_what_was_held_out_is_not() -> None:
    assert found().arm is Arm.TREATED
    assert found(a_suggestion(suppressed=Suppression.HOLDOUT, channels=())).arm is Arm.HELD_OUT


@pytest.mark.parametrize("reason", [each for each in Suppression if each is not Suppression.HOLDOUT])
def test_what_was_suppressed_for_another_reason_is_no_part_of_the_experiment(reason: Suppression) -> None:
    assert outcome_of(a_suggestion(suppressed=reason), (), (), (), MUCH_LATER) is None


def test_what_quiet_hours_hold_is_no_part_of_it_yet() -> None:
    held = a_suggestion(held_until=WEDNESDAY + HOUR)
    assert outcome_of(held, (), (), (), MUCH_LATER) is None
    answered = replace(held, response=SuggestionResponse.ACCEPTED, responded_at=WEDNESDAY)
    assert outcome_of(answered, (), (), (), MUCH_LATER) is None


def test_a_suggestion_that_led_to_nothing_has_only_its_own_fields() -> None:
    outcome = found(a_suggestion(channels=(Channel.EMAIL, Channel.SMS), intended=Channel.EMAIL))
    assert (outcome.channel, outcome.reason) == (Channel.EMAIL, ReasonCode.ABOVE_COST)
    assert (outcome.shown_at, outcome.opened_at, outcome.response, outcome.responded_at) == (None,) * 4
    assert (outcome.traded, outcome.traded_at, outcome.traded_quantity, outcome.prices) == (False, None, None, {})
    assert found(a_suggestion(reasons=())).reason is None


@pytest.mark.parametrize("arm", [{}, {"suppressed": Suppression.HOLDOUT, "channels": ()}])
@pytest.mark.parametrize("channel", [Channel.PUSH, None])
def test_its_channel_is_the_one_it_was_meant_for_in_either_arm(channel: Channel | None, arm: dict[str, Any]) -> None:
    assert found(a_suggestion(intended=channel, **arm)).channel is channel


def test_it_was_shown_when_the_first_message_was_handed_over() -> None:
    later, sooner = WEDNESDAY + timedelta(seconds=9), WEDNESDAY + timedelta(seconds=2)
    deliveries = [
        a_delivery(at=later),
        a_delivery(channel=Channel.EMAIL, at=sooner),
        a_delivery(channel=Channel.PUSH, at=WEDNESDAY, status=DeliveryStatus.INVALID_CONTACT),
        a_delivery(suggestion_id="another", at=WEDNESDAY),
    ]
    assert found(deliveries=deliveries).shown_at == sooner
    assert found(deliveries=deliveries, at=WEDNESDAY).shown_at is None


def test_what_the_user_opened_and_said_counts_from_then_on() -> None:
    opened, said = WEDNESDAY + timedelta(minutes=5), WEDNESDAY + timedelta(minutes=6)
    suggestion = a_suggestion(opened_at=opened, response=SuggestionResponse.NOT_USEFUL, responded_at=said)
    at_last = found(suggestion)
    assert (at_last.opened_at, at_last.response, at_last.responded_at) == (
        opened,
        SuggestionResponse.NOT_USEFUL,
        said,
    )
    between = found(suggestion, at=opened)
    assert (between.opened_at, between.response, between.responded_at) == (opened, None, None)
    assert found(suggestion, at=WEDNESDAY).opened_at is None


def test_the_first_transaction_of_the_side_follows_the_suggestion() -> None:
    entries = [
        an_entry(Side.SELL, "70", at=WEDNESDAY + 5 * HOUR, sequence=3),
        an_entry(Side.SELL, "60", at=WEDNESDAY + 2 * HOUR, sequence=2),
        an_entry(Side.BUY, "50", at=WEDNESDAY + HOUR, sequence=1),
    ]
    outcome = found(entries=entries)
    assert (outcome.traded, outcome.traded_at, outcome.traded_quantity) == (True, WEDNESDAY + 2 * HOUR, Decimal(60))


@pytest.mark.parametrize(
    ("after", "counts"),
    [(timedelta(0), False), (timedelta(microseconds=1), True), (DAY, True), (DAY + timedelta(microseconds=1), False)],
)
def test_only_what_comes_after_it_and_within_the_window_follows_it(after: timedelta, counts: bool) -> None:
    assert found(entries=[an_entry(Side.SELL, at=WEDNESDAY + after)]).traded is counts


def test_nobody_follows_another_persons_suggestion_or_in_another_pair() -> None:
    at = WEDNESDAY + HOUR
    of_ben = an_entry(Side.SELL, at=at, user_id="ben")
    of_ana = an_entry(Side.SELL, at=at)
    elsewhere = replace(of_ana, transaction=replace(of_ana.transaction, pair=Pair("USD", "BRL")))
    assert not found(entries=[of_ben, elsewhere]).traded


def test_a_later_price_is_the_last_close_at_or_before_it() -> None:
    bars = [
        a_close("17.00", WEDNESDAY),
        a_close("17.10", WEDNESDAY + timedelta(minutes=59)),
        a_close("17.20", WEDNESDAY + HOUR + timedelta(seconds=1)),
        a_close("17.40", WEDNESDAY + DAY),
        a_close("17.60", WEDNESDAY + 6 * DAY, Interval.DAY),
    ]
    mids = {horizon: price.mid for horizon, price in found(bars=bars).prices.items()}
    assert mids == {Horizon.HOUR: Decimal("17.10"), Horizon.DAY: Decimal("17.40"), Horizon.WEEK: Decimal("17.60")}


def test_a_bar_that_a_later_quote_closed_says_nothing() -> None:
    in_time, too_late = WEDNESDAY + timedelta(minutes=30), WEDNESDAY + timedelta(minutes=61)
    [bar] = joined([a_close("17.1", in_time, Interval.DAY), a_close("17.9", too_late, Interval.DAY)])
    assert Horizon.HOUR not in found(bars=[bar]).prices


def test_a_price_is_known_when_its_time_has_come_and_an_old_close_is_none() -> None:
    bars = [a_close("17.10", WEDNESDAY + timedelta(minutes=1))]
    assert set(found(bars=bars, at=WEDNESDAY + HOUR - timedelta(microseconds=1)).prices) == set()
    assert set(found(bars=bars, at=WEDNESDAY + HOUR).prices) == {Horizon.HOUR}
    assert set(found(bars=bars).prices) == {Horizon.HOUR, Horizon.DAY}


def test_another_pairs_price_is_none() -> None:
    bar = replace(a_close("5.10", WEDNESDAY + timedelta(minutes=1)), pair=Pair("USD", "BRL"))
    assert found(bars=[bar]).prices == {}


@pytest.mark.parametrize(
    ("side", "mid", "gain"),
    [
        (Side.BUY, "17.20", "19.66"),  # 100 × (17.20 × 0.9998 − 17.00)
        (Side.BUY, "17.00", "-0.34"),
        (Side.SELL, "16.80", "19.66"),  # 100 × (17.00 − 16.80 × 1.0002)
        (Side.SELL, "17.00", "-0.34"),
    ],
)
def test_a_gain_is_against_not_trading_with_both_spreads_paid(side: Side, mid: str, gain: str) -> None:
    suggestion = a_suggestion(side=side, amount=Decimal(100), price=Decimal("17.00"))
    rules = OutcomeRules(half_spread=Decimal("0.0002"))
    price = found(suggestion, bars=[a_close(mid, WEDNESDAY + HOUR)], rules=rules).prices[Horizon.HOUR]
    assert price.gain == Decimal(gain)
    assert price.ask - price.bid == Decimal(mid) * Decimal("0.0004")
    assert (price.ask + price.bid) / 2 == Decimal(mid)


def test_once_settled_it_stays_whatever_happens_and_in_whichever_order_it_is_told() -> None:
    settled = WEDNESDAY + FREE.settled_after
    suggestion = a_suggestion(response=SuggestionResponse.ACCEPTED, responded_at=settled + HOUR, opened_at=settled)
    entries = [an_entry(Side.SELL, at=WEDNESDAY + n * 7 * HOUR, sequence=n + 1) for n in range(40)]
    bars = [a_close(f"17.{n:02}", WEDNESDAY + n * 7 * HOUR) for n in range(40)]
    deliveries = [a_delivery(at=WEDNESDAY + n * HOUR, channel=each) for n, each in enumerate(Channel)]
    parts: dict[str, Any] = {"entries": entries, "bars": bars, "deliveries": deliveries}
    first = found(suggestion, at=settled, **parts)
    shuffled: dict[str, Any] = {name: random.Random(7).sample(rows, len(rows)) for name, rows in parts.items()}
    assert found(suggestion, at=MUCH_LATER, **shuffled) == first
    assert (first.response, first.opened_at, len(first.prices)) == (None, settled, 3)


def test_a_longer_window_settles_later() -> None:
    assert OutcomeRules().settled_after == 7 * DAY
    assert OutcomeRules(window=10 * DAY).settled_after == 10 * DAY
    assert found().pair == USD_MXN


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_what_came_back_or_was_never_sent_was_not_shown(status: DeliveryStatus) -> None:
    shown_at = found(deliveries=[a_delivery(status=status, at=WEDNESDAY)]).shown_at
    assert (shown_at == WEDNESDAY) is status.was_shown
