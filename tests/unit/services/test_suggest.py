from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import inf, log
from typing import TYPE_CHECKING

import pytest

from divisa.domain.bands import Band
from divisa.domain.decision import Cause
from divisa.domain.episodes import Visit
from divisa.domain.evaluation import Decision
from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import Suppression, suggestion_id_of
from divisa.domain.transaction import Side
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_quote, a_recipient, a_summary, a_watch
from tests.unit.services.world import CHEERFUL, OVER_COST, World

if TYPE_CHECKING:
    from collections.abc import Callable

HOLD, SELL, BUY = "17.00", "17.25", "16.80"
NO_COOLDOWN = replace(CHEERFUL, cooldown=timedelta(0))


def visit(world: World, *mids: str, every: timedelta = timedelta(hours=1)) -> None:
    """One batch a quote, going on from where the market is."""
    start = world.markets.load(USD_MXN).version
    for number, mid in enumerate(mids, start=start):
        world.receive(a_quote(mid, at=WEDNESDAY + number * every, sequence=number + 1))


def test_a_suggestion_says_what_whom_why_and_until_when() -> None:
    world = World()
    world.recipients.put_many([a_recipient(language=Language.EN)])
    visit(world, SELL)
    [suggestion] = world.told()
    assert suggestion.suggestion_id == suggestion_id_of("ana", USD_MXN, Side.SELL, 1)
    assert suggestion.amount == Decimal("100.00")
    assert suggestion.price == Decimal("17.249")  # the bid: what a seller gets
    assert (suggestion.quote_time, suggestion.quote_sequence) == (WEDNESDAY, 1)
    assert [reason.code for reason in suggestion.reasons] == [ReasonCode.ABOVE_COST, ReasonCode.ABOVE_LAST_BUY]
    assert (suggestion.propensity, suggestion.model_version, suggestion.episode) == (0.7, "m-1", 1)
    assert suggestion.created_at == world.clock.now()
    assert suggestion.expires_at == world.clock.now() + timedelta(minutes=30)
    assert (suggestion.language, suggestion.channels) == (Language.EN, (Channel.EMAIL, Channel.SMS))
    assert suggestion.intended is Channel.EMAIL


def test_a_buyer_pays_the_ask() -> None:
    world = World()
    visit(world, BUY)
    [suggestion] = world.told()
    assert (suggestion.side, suggestion.price) == (Side.BUY, Decimal("16.801"))


def test_one_visit_to_the_far_side_makes_one_suggestion_however_long_it_lasts() -> None:
    world = World(rules=NO_COOLDOWN)
    visit(world, HOLD, SELL, SELL, SELL)
    assert len(world.recorded()) == 1
    visit(world, HOLD, SELL)
    assert [suggestion.episode for suggestion in world.told()] == [1, 2]


def test_a_price_that_trembles_at_an_edge_makes_one_suggestion() -> None:
    world = World(rules=NO_COOLDOWN)
    visit(world, HOLD, "17.172", "17.169", "17.172", "17.169", "17.172", every=timedelta(minutes=1))
    [told] = world.recorded()
    assert told.quote_sequence == 2
    assert world.watch().generation == 2
    visit(world, "17.12", "17.172", every=timedelta(minutes=1))
    assert [each.episode for each in world.recorded()] == [1, 2]


def test_a_watch_moves_when_its_band_is_left_and_only_then() -> None:
    world = World()
    visit(world, HOLD)
    held = world.watch()
    assert (held.decision, held.visit, held.episode, held.generation) == (Decision.HOLD, None, 0, 1)
    assert held.band.holds(log(17.0))
    assert not held.band.holds(log(17.25))
    assert (held.evaluated_at, held.refresh_at) == (WEDNESDAY, WEDNESDAY + timedelta(hours=6))
    visit(world, "17.05")
    assert world.watch() == held
    visit(world, SELL)
    sold, told_at = world.watch(), WEDNESDAY + timedelta(hours=2)
    assert (sold.decision, sold.episode, sold.generation, sold.evaluated_at) == (Decision.SELL, 1, 2, told_at)
    assert sold.model_version == "m-1"
    assert sold.band == Band(held.band.upper - world.visits.margin, inf)
    assert sold.visit == Visit(Side.SELL, Band(held.band.upper, inf).widened(world.visits.margin))
    visit(world, SELL)
    assert world.watch() == sold
    visit(world, HOLD)
    assert (world.watch().decision, world.watch().visit, world.watch().generation) == (Decision.HOLD, None, 3)


def test_a_visit_that_left_its_side_and_not_its_margin_goes_on_when_its_watch_grows_old() -> None:
    world = World(refresh_age=timedelta(hours=1))
    visit(world, HOLD, SELL)
    sold = world.watch()
    later = a_quote("17.165", at=WEDNESDAY + timedelta(hours=5), sequence=9)
    market = world.markets.load(USD_MXN).market
    assert market is not None
    world.decide(later, market, [sold], Cause.BROKEN)
    left = world.watch()
    assert (left.decision, left.visit, left.episode) == (Decision.HOLD, sold.visit, sold.episode)
    assert left.band == Band(sold.band.lower, sold.band.lower + world.visits.margin)


def test_an_old_watch_is_written_again_though_nothing_changed() -> None:
    world = World()
    visit(world, HOLD)
    held = world.watch()
    market, later = world.markets.load(USD_MXN).market, a_quote(HOLD, at=WEDNESDAY + timedelta(hours=6), sequence=9)
    assert market is not None
    for at, expected in ((timedelta(hours=5), held.generation), (timedelta(hours=6), held.generation + 1)):
        evaluations = world.evaluate(USD_MXN, ["ana"], market, later.log_mid)
        world.suggest(replace(later, event_time=WEDNESDAY + at), [held], evaluations, Cause.BROKEN)
        assert world.watch().generation == expected
    assert world.watch().refresh_at == WEDNESDAY + timedelta(hours=12)
    assert world.watch().band == held.band


def test_within_the_cooldown_a_suggestion_is_recorded_and_not_sent() -> None:
    world = World(rules=replace(CHEERFUL, cooldown=timedelta(hours=3)))
    visit(world, SELL, HOLD, SELL, HOLD, SELL)
    assert [each.suppressed for each in world.recorded()] == [None, Suppression.COOLDOWN, None]
    assert [each.channels for each in world.recorded()][1] == ()


def test_what_is_held_out_says_which_channel_it_was_meant_for_and_goes_to_none() -> None:
    world = World(rules=replace(CHEERFUL, holdout_share=1.0 - 1e-12))
    visit(world, SELL)
    [suggestion] = world.recorded()
    assert (suggestion.suppressed, suggestion.channels) == (Suppression.HOLDOUT, ())
    assert suggestion.intended is Channel.EMAIL


def test_what_is_suppressed_is_counted_by_its_reason() -> None:
    world = World(dict.fromkeys(["ana", "poor", "silent", "unreachable"], 17.0))
    world.recipients.put_many(
        [a_recipient("silent", consent=frozenset()), a_recipient("unreachable", phone=None, email=None)]
    )
    world.portfolios.put_many([a_portfolio("0", "0", user_id="poor")])
    report = world.receive(a_quote(SELL))
    assert report.outcome.suggested == 1
    assert dict(report.outcome.suppressed) == {"no_funds": 1, "no_consent": 1, "no_contact": 1}
    assert {each.user_id: each.suppressed for each in world.recorded()} == {
        "ana": None,
        "poor": Suppression.NO_FUNDS,
        "silent": Suppression.NO_CONSENT,
        "unreachable": Suppression.NO_CONTACT,
    }


def _wide(world: World) -> str:
    world.policy.change(replace(NO_COOLDOWN, max_spread=0.0001))
    return "wide_spread"


def _without_funds(world: World) -> str:
    world.portfolios.put_many([a_portfolio("0", "0")])
    return "no_funds"


def _without_consent(world: World) -> str:
    world.recipients.put_many([a_recipient(consent=frozenset())])
    return "no_consent"


@pytest.mark.parametrize("spoil", [_wide, _without_funds, _without_consent])
def test_what_speaks_against_telling_when_a_visit_begins_speaks_for_the_whole_visit(
    spoil: Callable[[World], str],
) -> None:
    world = World(rules=NO_COOLDOWN)
    reason = spoil(world)
    visit(world, HOLD, SELL)
    assert [each.suppressed for each in world.recorded()] == [reason]

    world.policy.change(NO_COOLDOWN)
    world.portfolios.put_many([a_portfolio()])
    world.recipients.put_many([a_recipient()])
    visit(world, SELL, "17.26", "17.30")
    assert world.refresh(USD_MXN, 10).suggested == world.reevaluate(USD_MXN, ["ana"]).suggested == 0
    assert len(world.recorded()) == 1

    visit(world, HOLD, SELL)
    assert [(each.episode, each.suppressed) for each in world.recorded()] == [(1, reason), (2, None)]


def test_of_whom_the_model_has_seen_nobody_alike_is_told_nothing() -> None:
    world = World({"ana": 17.0, "far": 12.0}, inside=lambda asked: asked.features()[:, OVER_COST] < 0.2)
    report = world.receive(a_quote(SELL))
    assert {each.user_id: each.suppressed for each in world.recorded()} == {
        "ana": None,
        "far": Suppression.OUT_OF_RANGE,
    }
    assert dict(report.outcome.suppressed) == {"out_of_range": 1}


def test_a_watch_without_a_recipient_or_a_portfolio_is_recorded_and_told_nothing() -> None:
    world = World({})
    world.summaries.put_many(USD_MXN, {"stranger": a_summary()})
    world.watches.put_many([a_watch("stranger")])
    world.receive(a_quote(SELL))
    [suggestion] = world.recorded()
    assert (suggestion.suppressed, suggestion.amount) == (Suppression.NO_CONSENT, Decimal(0))
    assert (suggestion.language, suggestion.channels) == (Language.ES, ())


def test_a_price_that_aged_while_the_model_thought_is_not_sent() -> None:
    world = World(rules=replace(CHEERFUL, max_quote_age=timedelta(milliseconds=500)))
    visit(world, SELL)
    [suggestion] = world.recorded()
    assert suggestion.suppressed is Suppression.STALE_QUOTE


def test_a_watch_that_somebody_else_moved_first_is_left_alone() -> None:
    world = World()
    quote = a_quote(SELL)
    world.receive(quote)
    moved, market = world.watch(), world.markets.load(USD_MXN).market
    assert market is not None
    evaluations = world.evaluate(USD_MXN, ["ana"], market, quote.log_mid)
    outcome = world.suggest(quote, [a_watch()], evaluations, Cause.BROKEN)
    assert (outcome.raced, outcome.suggested) == (1, 0)
    assert world.watch() == moved
    assert len(world.recorded()) == 1


def test_an_older_quote_moves_no_watch_that_a_later_one_moved() -> None:
    world = World()
    visit(world, HOLD)
    ahead = a_watch(decision=Decision.SELL, generation=1, evaluated_at=WEDNESDAY + timedelta(hours=2))
    world.watches.put_many([ahead])
    visit(world, HOLD)
    assert world.watch() == ahead
    world.watches.put_many([replace(ahead, evaluated_at=WEDNESDAY + timedelta(hours=1))])
    visit(world, HOLD)
    assert world.watch().decision is Decision.HOLD
