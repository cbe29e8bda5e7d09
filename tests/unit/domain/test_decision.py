from __future__ import annotations

from dataclasses import fields, replace
from datetime import time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.bands import EVERYWHERE
from divisa.domain.decision import (
    Cause,
    DecisionRecord,
    Judgement,
    LoggedFacts,
    ModelAnswer,
    decision_id_of,
    facts_of,
    logged_facts,
)
from divisa.domain.evaluation import Decision
from divisa.domain.experiment import Arm
from divisa.domain.pair import Pair
from divisa.domain.policy import Facts, PolicyRules, judge
from divisa.domain.portfolio import Portfolio
from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.transaction import Side
from tests.builders import EMAIL, PHONE, USD_MXN, WEDNESDAY, a_portfolio, a_recipient, a_summary
from tests.unit.domain.policy.facts import some_facts

KNOBS = PolicyRules(min_propensity_buy=0.3, min_propensity_sell=0.6, min_effect=0.02, max_model_age=timedelta(days=60))
HOURS = st.none() | st.builds(QuietHours, st.sampled_from([time(8), time(22)]), st.sampled_from([time(7), time(23)]))
PAIRS = st.none() | st.frozensets(st.sampled_from([USD_MXN, Pair("USD", "BRL")]))


@st.composite
def recipients(draw: st.DrawFn) -> Recipient:
    return a_recipient(
        consent=draw(st.frozensets(st.sampled_from(list(Channel)))),
        phone=draw(st.sampled_from([PHONE, None])),
        email=draw(st.sampled_from([EMAIL, None])),
        time_zone=draw(st.sampled_from(["UTC", "America/Sao_Paulo"])),
        quiet_hours=draw(HOURS),
        weekly_cap=draw(st.integers(0, 5)),
        pairs=draw(PAIRS),
    )


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts of which now this rule and now that one has something to say."""
    age = timedelta(minutes=draw(st.integers(0, 10)))
    balances = st.decimals(0, 30_000, places=2)
    return some_facts(
        side=draw(st.sampled_from(Side)),
        quote_age=age,
        at=WEDNESDAY + age,
        recipient=draw(st.none() | recipients()),
        portfolio=draw(st.none() | st.builds(Portfolio, st.just("ana"), st.just(USD_MXN), balances, balances)),
        amount=draw(st.decimals(0, 2_000, places=2)),
        propensity=draw(st.sampled_from([0.2, 0.4, 0.7])),
        model_version=draw(st.sampled_from(["hgb-20240108-0f3a9c", "hgb-20220108-0f3a9c", "rule-1"])),
        inside=draw(st.booleans()),
        effect=draw(st.sampled_from([None, -0.1, 0.01, 0.3])),
        last_told=draw(st.none() | st.sampled_from([WEDNESDAY - timedelta(hours=1), WEDNESDAY - timedelta(days=9)])),
        told_this_week=draw(st.integers(0, 6)),
        accepted=draw(st.none() | st.tuples(st.sampled_from(Side), st.just(WEDNESDAY - timedelta(hours=2)))),
        arm=draw(st.sampled_from(Arm)),
    )


def a_record(known: Facts) -> DecisionRecord:
    """The record of a decision that these facts were judged in."""
    decision = Decision[known.side.name]
    probabilities = [0.0, 0.0, 0.0]
    probabilities[decision] = known.propensity
    verdict = judge(known, KNOBS)
    return DecisionRecord(
        decision_id=decision_id_of("ana", USD_MXN, 1),
        cause=Cause.BROKEN,
        user_id="ana",
        generation=1,
        episode=1,
        at=known.at,
        quote=known.quote,
        market=known.market,
        summary=a_summary(),
        question=(),
        features=(),
        answer=ModelAnswer(
            (probabilities[0], probabilities[1], probabilities[2]), decision, EVERYWHERE, EVERYWHERE, EVERYWHERE
        ),
        model_version=known.model_version,
        judgement=Judgement(
            logged_facts(known), KNOBS, verdict.outcomes, "s-1", verdict.suppressed, verdict.quiet_until
        ),
    )


@given(facts())
def test_the_rules_say_of_what_is_logged_what_they_said_of_all_that_was_known(known: Facts) -> None:
    record = a_record(known)
    assert record.judgement is not None

    assert judge(facts_of(record, record.judgement, known.side), KNOBS) == judge(known, KNOBS)


def test_each_fact_of_the_policy_is_in_the_log_or_in_the_record() -> None:
    """Who adds a fact decides here how it is logged."""
    in_record = {"side", "quote", "at", "market", "propensity", "model_version"}
    as_what_rules_make_of_it = {"portfolio"}

    logged = {field.name for field in fields(LoggedFacts)} - {"has_funds"}
    assert {field.name for field in fields(Facts)} == logged | in_record | as_what_rules_make_of_it


def test_neither_contacts_nor_balances_are_logged() -> None:
    known = some_facts(portfolio=a_portfolio("4321.98", "98765.43"))
    record = a_record(known)
    assert record.judgement is not None

    shown = repr(record) + repr(facts_of(record, record.judgement, known.side))
    assert not any(secret in shown for secret in (PHONE, EMAIL, "4321", "98765"))
    assert record.judgement.facts.has_funds


def test_funds_that_cover_the_amount_to_the_last_cent_are_funds_again() -> None:
    for side, portfolio in ((Side.SELL, a_portfolio("33.33", "0")), (Side.BUY, a_portfolio("0", "568.31"))):
        known = some_facts(side=side, portfolio=portfolio, amount=Decimal("33.33"))
        record = a_record(known)
        assert record.judgement is not None
        assert record.judgement.facts.has_funds
        assert judge(facts_of(record, record.judgement, side), KNOBS) == judge(known, KNOBS)


def test_a_decision_has_the_id_of_its_user_pair_and_generation() -> None:
    assert decision_id_of("ana", USD_MXN, 7) == decision_id_of("ana", USD_MXN, 7)
    ids = {decision_id_of(*each) for each in (("ana", USD_MXN, 7), ("ana", USD_MXN, 8), ("eva", USD_MXN, 7))}
    assert len(ids | {decision_id_of("ana", Pair("USD", "BRL"), 7)}) == 4
    assert {len(each) for each in ids} == {26}


def test_channels_that_reach_somebody_are_logged_in_their_order() -> None:
    recipient = a_recipient()
    logged = logged_facts(some_facts(recipient=recipient)).recipient
    assert logged is not None
    assert logged.reachable == recipient.reachable()
    assert logged_facts(some_facts(recipient=replace(recipient, phone=None, email=None))).recipient != logged
