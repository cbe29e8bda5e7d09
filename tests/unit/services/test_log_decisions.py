"""What is logged of decisions, what is not, and what happens when the log is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.adapters.memory.scorer import MemoryScorer
from divisa.adapters.wire.decision import decision_from_json, decision_to_json
from divisa.domain.decision import Cause, decision_id_of
from divisa.domain.errors import InvalidModel, StoreUnavailable
from divisa.domain.evaluation import Decision, shard_of
from divisa.domain.features import question_of_rows
from divisa.domain.policy import RULES
from divisa.domain.suggestion import Suppression
from divisa.services.replay_decisions import ReplayDecisions
from tests.builders import (
    EMAIL,
    PHONE,
    USD_MXN,
    WEDNESDAY,
    a_portfolio,
    a_quote,
    a_recipient,
    a_summary,
    a_watch,
    quotes_of,
)
from tests.unit.services.world import CHEERFUL, OVER_COST, World, by_cost

if TYPE_CHECKING:
    from divisa.domain.decision import DecisionRecord

HOLD, SELL = "17.00", "17.25"
HOUR = timedelta(hours=1)


def logged(world: World) -> list[DecisionRecord]:
    """What the log has, oldest first."""
    return [decision_from_json(line) for line in world.decisions.lines]


def test_a_decision_is_logged_with_all_that_it_was_made_of() -> None:
    world = World()
    world.receive(a_quote(SELL))

    [record] = logged(world)
    watch, [suggestion] = world.watch(), world.told()
    assert record.decision_id == decision_id_of("ana", USD_MXN, 1)
    assert (record.cause, record.user_id, record.generation, record.episode) == (Cause.BROKEN, "ana", 1, 1)
    assert (record.quote, record.at) == (a_quote(SELL), WEDNESDAY + timedelta(seconds=1))
    assert record.market.as_of == WEDNESDAY.timestamp()
    assert record.summary.cost == 17.0
    assert record.model_version == watch.model_version == "m-1"
    assert (record.answer.decision, record.answer.probabilities) == (Decision.SELL, (0.15, 0.15, 0.7))
    assert record.answer.band.holds(a_quote(SELL).log_mid)
    asked = question_of_rows(np.array([record.question]))
    assert asked.x.tolist() == [a_quote(SELL).log_mid]
    assert asked.margin.tolist() == [world.visits.margin]
    assert np.array_equal(asked.features(), np.array([record.features], dtype=np.float32), equal_nan=True)
    assert record.judgement is not None
    assert record.judgement.suggestion_id == suggestion.suggestion_id
    assert record.judgement.suppressed is None
    assert [outcome.rule for outcome in record.judgement.outcomes] == [rule.name for rule in RULES]
    assert record.judgement.facts.amount == suggestion.amount


def test_what_is_not_let_out_is_logged_with_its_reason() -> None:
    world = World()
    world.recipients.put_many([a_recipient(consent=frozenset())])
    world.receive(a_quote(SELL))

    [record] = logged(world)
    assert record.judgement is not None
    assert record.judgement.suppressed is Suppression.NO_CONSENT


def test_what_breaks_and_begins_no_visit_is_logged_without_a_judgement() -> None:
    world = World({"ana": 17.0, "eva": None})
    world.receive(a_quote(HOLD))

    assert [(record.answer.decision, record.judgement) for record in logged(world)] == [(Decision.HOLD, None)] * 2


def test_what_no_price_breaks_is_not_logged() -> None:
    world = World()
    first, second = quotes_of([HOLD, "17.01"])
    world.receive(first)
    world.receive(second)
    assert len(logged(world)) == 1


def test_a_refresh_and_a_trade_are_logged_only_where_a_visit_begins() -> None:
    world = World({"ana": 17.0, "eva": 17.0}, refresh_age=HOUR)
    first, second = quotes_of([HOLD, "17.01"], every=2 * HOUR)
    world.receive(first)
    world.receive(second)
    before = len(world.decisions.lines)
    assert world.refresh(USD_MXN, 10).moved == 2
    assert world.reevaluate(USD_MXN, ["ana"]).moved == 1
    assert len(world.decisions.lines) == before

    world.summaries.put_many(USD_MXN, {"ana": a_summary(cost=16.0), "eva": a_summary(cost=16.0)})
    assert world.reevaluate(USD_MXN, ["ana"]).moved == 1
    world.receive(a_quote("17.02", at=WEDNESDAY + 4 * HOUR, sequence=3))
    assert world.refresh(USD_MXN, 10).moved == 2

    causes = [(record.cause, record.user_id) for record in logged(world)[before:]]
    assert causes == [(Cause.REEVALUATED, "ana"), (Cause.REFRESH, "eva")]


def test_what_the_backlog_works_off_was_broken_by_a_price() -> None:
    world = World()
    world.receive(a_quote(HOLD))
    world.watches.put_many([a_watch(generation=7)])
    shard = shard_of("ana", world.watches.shards)
    assert world.work_off(USD_MXN, shard, lambda: True).moved == 1
    assert (logged(world)[-1].cause, logged(world)[-1].generation) == (Cause.BROKEN, 8)


def test_a_batch_is_one_call_of_the_log() -> None:
    world = World({f"u-{number}": 17.0 for number in range(50)})
    world.receive(a_quote(SELL))
    assert (world.decisions.calls, len(world.decisions.lines)) == (1, 50)


def test_decisions_stand_and_are_counted_when_the_log_is_away() -> None:
    world = World({"ana": 17.0, "eva": None})
    world.decisions.is_away = True

    report = world.receive(a_quote(SELL))

    assert (report.outcome.moved, report.outcome.suggested, report.outcome.unlogged) == (2, 1, 2)
    assert [each.user_id for each in world.told()] == ["ana"]
    assert world.decisions.lines == []


def test_what_was_moved_before_the_table_broke_off_is_logged_and_the_rest_when_it_is_moved() -> None:
    world = World(dict.fromkeys(["ana", "ben", "cleo"], 17.0))
    world.watches.trouble.calls_left = 2
    with pytest.raises(StoreUnavailable):
        world.receive(a_quote(SELL))
    assert len(world.told()) == 2
    assert {record.user_id for record in logged(world)} == {each.user_id for each in world.told()}

    world.receive(a_quote(SELL))

    assert sorted(record.user_id for record in logged(world)) == ["ana", "ben", "cleo"]
    assert len(world.told()) == 3


def test_whoever_lost_the_race_logs_nothing() -> None:
    world = World()
    quote = a_quote(SELL)
    world.receive(quote)
    market = world.markets.load(USD_MXN).market
    assert market is not None

    outcome = world.decide(quote, market, [a_watch()], Cause.BROKEN)

    assert (outcome.raced, outcome.unlogged) == (1, 0)
    assert len(world.decisions.lines) == 1


def test_neither_contacts_nor_balances_are_in_a_line() -> None:
    world = World()
    world.portfolios.put_many([a_portfolio("4321.98", "98765.43")])
    world.receive(a_quote(SELL))

    [line] = world.decisions.lines
    assert not any(secret in line.decode() for secret in (PHONE, EMAIL, "4321.98", "98765.43"))


def test_a_decision_is_not_made_again_by_another_model() -> None:
    world = World()
    world.receive(a_quote(SELL))

    with pytest.raises(InvalidModel, match="was made by the model m-1; the one that answers is m-2"):
        ReplayDecisions(MemoryScorer(by_cost, model_version="m-2"))(logged(world))


def test_a_decision_that_the_model_would_not_make_again_shows_it() -> None:
    """With another cost in the log the model says HOLD, and there is nothing to judge."""
    world = World()
    world.receive(a_quote(SELL))
    [record] = logged(world)
    other = replace(record, summary=replace(record.summary, cost=17.25))

    [again] = ReplayDecisions(world.scorer)([other])

    assert again.answer.decision is Decision.HOLD
    assert again.judgement is not None
    assert (again.judgement.outcomes, again.judgement.suggestion_id) == ((), "")
    assert again.question != record.question


def test_what_a_message_would_add_is_judged_logged_and_asked_again() -> None:
    unmoved = World(
        rules=replace(CHEERFUL, min_effect=0.05), effects=lambda asked, decisions: np.full(len(decisions), 0.01)
    )
    unmoved.receive(a_quote(SELL))
    [record] = logged(unmoved)
    assert record.judgement is not None
    assert (record.judgement.facts.effect, record.judgement.suppressed) == (0.01, Suppression.LOW_EFFECT)
    assert [decision_to_json(each) for each in ReplayDecisions(unmoved.scorer)([record])] == unmoved.decisions.lines

    [again] = ReplayDecisions(MemoryScorer(by_cost, model_version="m-1"))([record])

    assert again.judgement is not None
    assert (again.judgement.facts.effect, again.judgement.suppressed) == (None, None)


def test_whether_the_model_has_seen_the_like_is_asked_again() -> None:
    world = World(inside=lambda asked: asked.features()[:, OVER_COST] < 0.01)
    world.receive(a_quote(SELL))
    [record] = logged(world)
    assert record.judgement is not None
    assert (record.judgement.facts.inside, record.judgement.suppressed) == (False, Suppression.OUT_OF_RANGE)
    assert [decision_to_json(each) for each in ReplayDecisions(world.scorer)([record])] == world.decisions.lines

    [again] = ReplayDecisions(MemoryScorer(by_cost, model_version="m-1"))([record])

    assert again.judgement is not None
    assert (again.judgement.facts.inside, again.judgement.suppressed) == (True, None)
