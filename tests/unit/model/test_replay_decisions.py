"""A thousand decisions of a trained model, made through the services and logged, are made again to the last byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.csv.prices import read_quotes
from divisa.adapters.memory.held_suggestions import MemoryHeldSuggestions
from divisa.adapters.wire.decision import decision_from_json, decision_to_json
from divisa.domain.decision import Cause
from divisa.domain.policy import RULES, PolicyRules
from divisa.domain.preferences import QuietHours
from divisa.services.release_held import ReleaseHeld
from divisa.services.replay_decisions import ReplayDecisions
from local.artefact import scorer_of
from local.seeding import seed
from tests.builders import USD_MXN
from tests.unit.local.memory_stores import memory_stores
from tests.unit.services.world import World

if TYPE_CHECKING:
    from divisa.ports import Scorer
    from model.pipeline import TrainedModel
    from simulator.simulate import SimulatedFiles

pytestmark = pytest.mark.slow
DECISIONS = 1000
UNTIL = datetime(2023, 4, 1, tzinfo=UTC)
NIGHT = QuietHours(time(22), time(7))


@pytest.fixture(scope="module")
def scorer(trained: TrainedModel) -> Scorer:
    return scorer_of(trained.artefact)


@pytest.fixture(scope="module")
def lines(world: SimulatedFiles, scorer: Scorer) -> list[bytes]:
    """What is logged while prices come in, users are refreshed, traded, or are told after their quiet hours."""
    services = World({}, rules=PolicyRules(cooldown=timedelta(hours=12)))
    services.decide = replace(services.decide, evaluate=replace(services.evaluate, scorer=scorer))
    stores = replace(
        memory_stores(USD_MXN),
        markets=services.markets,
        portfolios=services.portfolios,
        summaries=services.summaries,
        recipients=services.recipients,
        watches=services.watches,
        suggestions=services.suggestions,
    )
    seed(stores, world.prices, world.transactions, world.users, until=UNTIL)
    users = [watch.user_id for page in services.watches.of_pair(USD_MXN) for watch in page]
    recipients = services.recipients.get_many(users)
    services.recipients.put_many(
        replace(recipients[user], quiet_hours=NIGHT, time_zone="America/Mexico_City", pairs=frozenset([USD_MXN]))
        for user in users[::3]
        if user in recipients
    )
    apply = replace(services.apply, decide=services.decide)
    refresh = replace(services.refresh, decide=services.decide)
    reevaluate = replace(services.reevaluate, decide=services.decide)
    services.apply = apply
    release = ReleaseHeld(
        held=MemoryHeldSuggestions(services.suggestions),
        suggestions=services.suggestions,
        markets=services.markets,
        decide=services.decide,
        gather=services.suggest.gather,
        policy=services.policy,
        clock=services.clock,
        log=services.suggest.log,
    )
    quotes = (quote for quote in read_quotes(world.prices, source="simulator", on_reject=lambda _: None))
    for number, quote in enumerate(quote for quote in quotes if quote.pair == USD_MXN and quote.event_time > UNTIL):
        services.receive(quote)
        if number % 3 == 1:
            refresh(USD_MXN, 50)
        if number % 3 == 2:
            reevaluate(USD_MXN, users[number % 7 :: 7])
        for shard in range(release.held.shards):
            release(shard, len(users))
        if len(services.decisions.lines) >= DECISIONS:
            break
    return services.decisions.lines


def test_a_thousand_decisions_are_made_again_to_the_last_byte(lines: list[bytes], scorer: Scorer) -> None:
    assert len(lines) >= DECISIONS
    records = [decision_from_json(line) for line in lines]

    again = [decision_to_json(record) for record in ReplayDecisions(scorer)(records)]

    assert sum(made == line for made, line in zip(again, lines, strict=True)) == len(lines)


def test_one_by_one_they_come_out_the_same(lines: list[bytes], scorer: Scorer) -> None:
    replay = ReplayDecisions(scorer)
    for line in lines[::50]:
        assert decision_to_json(*replay([decision_from_json(line)])) == line


def test_the_thousand_are_of_every_kind(lines: list[bytes]) -> None:
    records = [decision_from_json(line) for line in lines]
    judgements = [record.judgement for record in records if record.judgement is not None]

    assert {record.cause for record in records} == set(Cause)
    assert {record.answer.decision for record in records} == {0, 1, 2}
    assert len({record.decision_id for record in records}) == len(records)
    assert any(each.suppressed is None for each in judgements)
    assert len({each.suppressed for each in judgements}) > 2
    assert any(each.held_until is not None for each in judgements)
    assert all([outcome.rule for outcome in each.outcomes] == [rule.name for rule in RULES] for each in judgements)
