from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from math import log
from typing import Any

import pytest

from divisa.domain.experiment import Arm
from divisa.domain.pair import Pair
from divisa.domain.policy import RULES, PolicyRules, RuleOutcome, expected_gain, judge
from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from tests.builders import USD_MXN, WEDNESDAY, a_market_view, a_portfolio, a_quote, a_recipient
from tests.unit.domain.policy.facts import FRESH, some_facts

KNOBS = PolicyRules()
TINY = timedelta(microseconds=1)
SIESTA = QuietHours(time(14), time(16))
AT = WEDNESDAY + FRESH


def reasons(knobs: PolicyRules = KNOBS, **facts: Any) -> dict[str, Suppression]:
    """Which rules speak against telling, by name."""
    verdict = judge(some_facts(**facts), knobs)
    return {outcome.rule: outcome.reason for outcome in verdict.outcomes if outcome.reason is not None}


def test_who_agreed_can_pay_and_was_left_in_peace_is_told() -> None:
    verdict = judge(some_facts(), KNOBS)
    assert (verdict.suppressed, verdict.quiet_until) == (None, None)
    assert [outcome.rule for outcome in verdict.outcomes] == [rule.name for rule in RULES]


def test_the_rules_are_asked_in_the_order_of_their_reasons() -> None:
    assert [rule.name for rule in RULES] == [
        "consent",
        "channel",
        "subscription",
        "funds",
        "size",
        "freshness",
        "market_hours",
        "spread",
        "model_age",
        "training_range",
        "propensity",
        "effect",
        "gain",
        "cooldown",
        "weekly_cap",
        "contradiction",
        "holdout",
        "quiet_hours",
    ]


@pytest.mark.parametrize("recipient", [None, a_recipient(consent=frozenset())])
def test_nobody_is_told_who_is_unknown_or_did_not_agree(recipient: Recipient | None) -> None:
    assert reasons(recipient=recipient)["consent"] is Suppression.NO_CONSENT


@pytest.mark.parametrize(
    "recipient",
    [
        a_recipient(consent=frozenset([Channel.SMS, Channel.EMAIL]), phone=None, email=None),
        a_recipient(consent=frozenset([Channel.SMS, Channel.EMAIL]), phone="", email=""),
        a_recipient(consent=frozenset([Channel.SMS]), phone=None),
    ],
)
def test_who_agreed_to_a_channel_without_a_contact_cannot_be_told(recipient: Recipient) -> None:
    assert reasons(recipient=recipient) == {"channel": Suppression.NO_CONTACT}


def test_who_chose_pairs_hears_of_no_other() -> None:
    only_reais, both = frozenset([Pair("USD", "BRL")]), frozenset([USD_MXN, Pair("USD", "BRL")])
    assert reasons(recipient=a_recipient(pairs=only_reais)) == {"subscription": Suppression.PAIR_NOT_WANTED}
    assert reasons(recipient=a_recipient(pairs=frozenset())) == {"subscription": Suppression.PAIR_NOT_WANTED}
    assert reasons(recipient=a_recipient(pairs=both)) == {}


@pytest.mark.parametrize(
    ("side", "amount", "is_covered"),
    [
        (Side.SELL, "500", True),
        (Side.SELL, "500.01", False),
        (Side.BUY, "1172.95", True),  # 20,000 pesos at an ask of 17.051 buy 1,172.95 dollars and a bit
        (Side.BUY, "1172.96", False),
    ],
)
def test_nobody_is_told_to_spend_what_is_not_there(side: Side, amount: str, is_covered: bool) -> None:
    found = reasons(replace(KNOBS, min_gain=None), side=side, amount=Decimal(amount))
    assert found == ({} if is_covered else {"funds": Suppression.NO_FUNDS})


def test_who_has_nothing_of_a_pair_has_no_funds() -> None:
    assert reasons(portfolio=None)["funds"] is Suppression.NO_FUNDS
    assert reasons(portfolio=a_portfolio("0"), amount=Decimal(0))["funds"] is Suppression.NO_FUNDS


def test_small_change_is_no_reason_to_write() -> None:
    assert reasons(amount=KNOBS.min_amount - Decimal("0.01")) == {"size": Suppression.TOO_SMALL}
    assert reasons(amount=KNOBS.min_amount) == {}


@pytest.mark.parametrize(("beyond", "found"), [(0 * TINY, {}), (TINY, {"freshness": Suppression.STALE_QUOTE})])
def test_a_price_is_acted_on_until_it_is_too_old(beyond: timedelta, found: dict[str, Suppression]) -> None:
    assert reasons(quote_age=KNOBS.max_quote_age + beyond) == found


def test_nobody_is_told_to_trade_when_the_market_is_closed() -> None:
    closing = datetime(2024, 1, 12, 22, tzinfo=UTC)  # Friday 17:00 in New York
    assert reasons(at=closing) == {"market_hours": Suppression.MARKET_CLOSED}
    assert reasons(at=closing - TINY) == {}


def test_a_spread_that_is_too_wide_is_no_price_to_act_on() -> None:
    usual, wide = a_quote(bid="19.95", ask="20.05"), a_quote(bid="19.94", ask="20.05")
    assert reasons(quote=usual) == {}  # just the half percent
    assert reasons(quote=wide) == {"spread": Suppression.WIDE_SPREAD}


def test_a_model_that_learned_long_ago_is_not_believed() -> None:
    knobs = replace(KNOBS, max_model_age=timedelta(days=7))
    assert reasons(knobs, model_version="hgb-20240103-0f3a9c") == {}  # until midnight before Thursday 4
    assert reasons(knobs, model_version="hgb-20240102-0f3a9c") == {"model_age": Suppression.OLD_MODEL}
    assert reasons(KNOBS, model_version="hgb-20200101-0f3a9c") == {}


def test_a_model_of_unknown_age_is_believed_only_where_age_does_not_matter() -> None:
    assert reasons(KNOBS, model_version="rule-1") == {}
    week = replace(KNOBS, max_model_age=timedelta(days=7))
    for version in ("rule-1", "hgb-20241341-0f3a9c"):
        assert reasons(week, model_version=version) == {"model_age": Suppression.OLD_MODEL}


def test_a_question_unlike_any_that_the_model_learned_from_is_not_answered() -> None:
    assert reasons(inside=False) == {"training_range": Suppression.OUT_OF_RANGE}


def test_each_side_has_its_own_least_probability() -> None:
    knobs = PolicyRules(min_propensity_buy=0.6, min_propensity_sell=0.7, min_gain=None)
    unlikely = {"propensity": Suppression.LOW_PROPENSITY}
    assert reasons(knobs, side=Side.SELL, propensity=0.7) == {}
    assert reasons(knobs, side=Side.SELL, propensity=0.69) == unlikely
    assert reasons(knobs, side=Side.BUY, propensity=0.6) == {}
    assert reasons(knobs, side=Side.BUY, propensity=0.59) == unlikely


def test_who_a_message_would_hardly_move_is_not_told_when_that_is_asked_for_and_known() -> None:
    knobs = replace(KNOBS, min_effect=0.02)
    unmoved = {"effect": Suppression.LOW_EFFECT}
    assert reasons(knobs, effect=0.02) == {}
    assert reasons(knobs, effect=0.019) == reasons(knobs, effect=-0.5) == unmoved
    assert reasons(knobs, effect=None) == {}, "the model does not say"
    assert reasons(KNOBS, effect=-0.5) == {}, "nobody asked"


def test_the_expected_gain_is_what_the_price_is_off_its_week_after_the_spread() -> None:
    week = a_market_view(ewma_7d=log(17.0))
    quote = a_quote(bid="17.17", ask="17.18")
    assert expected_gain(some_facts(quote=quote, market=week)) == pytest.approx(log(1.01))
    assert expected_gain(some_facts(quote=quote, market=week, side=Side.BUY)) == pytest.approx(log(17.0 / 17.18))


def test_an_act_that_would_not_pay_for_its_spread_is_not_suggested() -> None:
    quote, no_gain = a_quote(bid="17.00", ask="17.02"), {"gain": Suppression.NO_GAIN}
    between = a_market_view(ewma_7d=log(17.01))
    for side in Side:
        assert reasons(quote=quote, market=between, side=side) == no_gain
        assert reasons(replace(KNOBS, min_gain=None), quote=quote, market=between, side=side) == {}
    assert reasons(quote=quote, market=a_market_view(ewma_7d=log(17.03)), side=Side.BUY) == {}
    assert reasons(replace(KNOBS, min_gain=0.01), quote=quote, market=a_market_view(ewma_7d=log(16.9))) == no_gain


@pytest.mark.parametrize(("short", "found"), [(0 * TINY, {}), (TINY, {"cooldown": Suppression.COOLDOWN})])
def test_nobody_is_told_the_same_again_within_the_cooldown(short: timedelta, found: dict[str, Suppression]) -> None:
    assert reasons(last_told=WEDNESDAY - KNOBS.cooldown + short) == found


@pytest.mark.parametrize(("cap", "told", "is_reached"), [(2, 1, False), (2, 2, True), (2, 3, True), (0, 0, True)])
def test_a_week_has_no_more_messages_than_the_person_asked_for(cap: int, told: int, is_reached: bool) -> None:
    found = reasons(recipient=a_recipient(weekly_cap=cap), told_this_week=told)
    assert found == ({"weekly_cap": Suppression.WEEKLY_CAP} if is_reached else {})


def test_who_accepted_one_side_is_not_told_the_other_soon_after() -> None:
    soon, late = AT - KNOBS.contradiction + TINY, AT - KNOBS.contradiction
    assert reasons(accepted=(Side.BUY, soon)) == {"contradiction": Suppression.CONTRADICTION}
    assert reasons(accepted=(Side.BUY, late)) == {}
    assert reasons(accepted=(Side.SELL, AT)) == {}


def test_who_is_held_out_is_not_told() -> None:
    assert reasons(arm=Arm.HELD_OUT) == {"holdout": Suppression.HOLDOUT}


def test_quiet_hours_put_off_and_do_not_suppress() -> None:
    verdict = judge(some_facts(recipient=a_recipient(quiet_hours=SIESTA)), KNOBS)
    assert verdict.suppressed is None
    assert verdict.quiet_until == datetime(2024, 1, 10, 16, tzinfo=UTC)
    assert verdict.outcomes[-1] == RuleOutcome("quiet_hours", Suppression.QUIET_HOURS)


def test_quiet_hours_are_those_of_where_the_person_lives() -> None:
    in_mexico = a_recipient(quiet_hours=QuietHours(time(9), time(9, 30)), time_zone="America/Mexico_City")
    assert judge(some_facts(recipient=in_mexico), KNOBS).quiet_until == datetime(2024, 1, 10, 15, 30, tzinfo=UTC)


def test_what_is_suppressed_for_another_reason_is_not_put_off() -> None:
    verdict = judge(some_facts(recipient=a_recipient(quiet_hours=SIESTA), inside=False, arm=Arm.HELD_OUT), KNOBS)
    assert (verdict.suppressed, verdict.quiet_until) == (Suppression.OUT_OF_RANGE, None)
    assert verdict.outcomes[-1].reason is Suppression.QUIET_HOURS


def test_who_is_held_out_waits_for_the_end_of_quiet_hours_like_who_is_told() -> None:
    verdict = judge(some_facts(recipient=a_recipient(quiet_hours=SIESTA), arm=Arm.HELD_OUT), KNOBS)
    assert (verdict.suppressed, verdict.quiet_until) == (None, datetime(2024, 1, 10, 16, tzinfo=UTC))
    assert verdict.outcomes[-2].reason is Suppression.HOLDOUT


def test_of_several_reasons_the_first_in_order_counts_and_all_are_kept() -> None:
    found = reasons(
        recipient=a_recipient(consent=frozenset(), weekly_cap=0, pairs=frozenset(), quiet_hours=SIESTA),
        amount=Decimal(0),
        quote_age=timedelta(days=2),
        inside=False,
        last_told=WEDNESDAY,
        accepted=(Side.BUY, WEDNESDAY),
        arm=Arm.HELD_OUT,
    )
    assert list(found.values()) == [
        Suppression.NO_CONSENT,
        Suppression.NO_CONTACT,
        Suppression.PAIR_NOT_WANTED,
        Suppression.NO_FUNDS,
        Suppression.TOO_SMALL,
        Suppression.STALE_QUOTE,
        Suppression.OUT_OF_RANGE,
        Suppression.COOLDOWN,
        Suppression.WEEKLY_CAP,
        Suppression.CONTRADICTION,
        Suppression.HOLDOUT,
        Suppression.QUIET_HOURS,
    ]
