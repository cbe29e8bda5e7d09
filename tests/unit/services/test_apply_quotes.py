from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.bands import EVERYWHERE
from divisa.domain.errors import ConcurrentUpdate, InvalidModel, InvalidQuote, StoreUnavailable
from divisa.domain.evaluation import Decision
from divisa.domain.gate import GateLimits, Rejection
from divisa.domain.pair import Pair
from divisa.domain.policy import PolicyRules
from divisa.domain.transaction import Side
from divisa.services.apply_quotes import Arrival, Report, everyone
from divisa.services.suggest import Outcome
from tests.builders import USD_MXN, WEDNESDAY, a_quote, a_watch, quotes_of
from tests.unit.services.world import World, an_arrival, batches_of

if TYPE_CHECKING:
    from divisa.domain.quote import Quote
    from divisa.ports import MarketRecord

HOLD, SELL = "17.00", "17.25"
"""Mids for somebody whose dollars cost 17.00."""
CHEERFUL = PolicyRules(cooldown=timedelta(0), max_quote_age=timedelta(days=1), min_gain=None, holdout_share=0.0)
PATIENT = GateLimits(max_age=timedelta(days=1), future_tolerance=timedelta(days=1))


def test_a_price_goes_in_and_the_right_person_gets_a_suggestion() -> None:
    world = World({"ana": 17.0, "ben": 17.24, "newcomer": None})
    report = world.receive(a_quote(SELL))
    assert report == Report(accepted=1, outcome=Outcome(evaluated=3, moved=3, suggested=1))
    [suggestion] = world.told()
    assert (suggestion.user_id, suggestion.side, suggestion.price) == ("ana", Side.SELL, Decimal("17.249"))
    assert world.watch("ana").decision is Decision.SELL
    assert world.watch("ben").decision is Decision.HOLD
    assert world.watch("newcomer").band == EVERYWHERE


def test_a_quote_evaluates_only_whom_it_may_concern() -> None:
    world = World({"ana": 17.0, "ben": 17.24, "newcomer": None})
    report = world.receive(*quotes_of([HOLD]))
    assert report.outcome == Outcome(evaluated=3, moved=3, suggested=1)  # Ben buys; all were new.
    report = world.receive(a_quote("17.01", at=WEDNESDAY + timedelta(seconds=20), sequence=2))
    assert report == Report(accepted=1)
    report = world.receive(a_quote(SELL, at=WEDNESDAY + timedelta(seconds=40), sequence=3))
    assert report.outcome == Outcome(evaluated=2, moved=2, suppressed=Counter(), suggested=1)


def test_a_batch_asks_about_whom_its_extremes_concern_and_decides_at_its_last_price() -> None:
    world = World({"ana": 17.0})
    world.receive(a_quote(HOLD))
    told = world.watch()
    path = [a_quote(mid, at=WEDNESDAY + timedelta(seconds=n), sequence=n) for n, mid in [(2, SELL), (3, HOLD)]]
    assert world.receive(*path) == Report(accepted=2, outcome=Outcome(evaluated=1))
    assert world.watch() == told
    assert world.recorded() == []


def test_a_move_that_breaks_too_many_watches_is_put_off_behind_the_stored_price() -> None:
    world = World(dict.fromkeys(["ana", "ben", "cleo"], 17.0))
    small = replace(world.apply, at_once=2)
    [quote] = quotes_of([SELL])
    world.clock.set(WEDNESDAY + timedelta(seconds=1))
    assert small([an_arrival(quote)]) == Report(accepted=1, put_off=1)
    assert world.recorded() == []
    assert world.markets.load(USD_MXN).quote == quote
    assert world.backlog.requests == [(USD_MXN, 0), (USD_MXN, 1)]
    for pair, shard in world.backlog.requests:
        world.work_off(pair, shard, lambda: True)
    assert sorted(each.user_id for each in world.told()) == ["ana", "ben", "cleo"]
    assert small([an_arrival(quote)]) == Report(redelivered=1)


def test_what_a_consumer_left_undone_is_decided_when_its_batch_comes_again() -> None:
    world = World()
    world.scorer.switch_off()
    world.receive(a_quote(SELL))
    world.scorer.failure = None
    assert world.receive(a_quote(SELL)) == Report(redelivered=1, outcome=Outcome(evaluated=1, moved=1, suggested=1))


def test_a_price_that_has_passed_decides_nothing() -> None:
    world = World()
    world.scorer.switch_off()
    world.receive(a_quote(SELL))
    world.scorer.failure = None
    world.clock.set(WEDNESDAY + timedelta(hours=1))
    assert world.apply([an_arrival(a_quote(SELL))]) == Report(redelivered=1)
    assert world.watch() == a_watch()


def test_the_reference_evaluates_everyone_and_says_the_same() -> None:
    path = ["17.00", "17.25", "17.18", "17.16", "17.25", "16.90", "17.30", "16.70"]
    watching, reference = (
        World({"ana": 17.0, "ben": 17.1, "newcomer": None}),
        World({"ana": 17.0, "ben": 17.1, "newcomer": None}),
    )
    reference.apply = replace(reference.apply, candidates=everyone(reference.watches))
    evaluated = []
    for world in (watching, reference):
        reports = [world.receive(quote) for quote in quotes_of(path, every=timedelta(minutes=1))]
        evaluated.append(sum(report.outcome.evaluated for report in reports))
    assert watching.recorded() == reference.recorded()
    assert len(watching.recorded()) > 2
    assert evaluated[1] == 3 * len(path) > evaluated[0]


def test_a_batch_is_decided_at_its_last_accepted_quote() -> None:
    world = World()
    path = quotes_of([HOLD, SELL, HOLD])
    assert world.receive(*path).accepted == 3
    assert world.recorded() == []
    assert world.watch().decision is Decision.HOLD

    world = World()
    crossed = a_quote(bid="18", ask="17", at=WEDNESDAY + timedelta(seconds=20), sequence=3)
    world.receive(*quotes_of([HOLD, SELL]), crossed)
    [suggestion] = world.told()
    assert (suggestion.side, suggestion.quote_sequence) == (Side.SELL, 2)


def test_what_is_no_quote_goes_to_quarantine_whole_and_the_stream_goes_on() -> None:
    world = World()
    broken = Arrival("00000000000000000000", b"\xff", WEDNESDAY, InvalidQuote(Rejection.MALFORMED, "not JSON"))
    report = world.apply([broken, an_arrival(a_quote(SELL))])
    assert (report.accepted, report.outcome.suggested, dict(report.rejected)) == (1, 1, {"malformed": 1})
    [entry] = world.quarantine.all()
    assert (entry.reason, entry.detail, entry.payload) == ("malformed", "not JSON", b"\xff")
    assert (entry.position, entry.arrived_at) == (broken.position, WEDNESDAY)


def test_a_pair_that_is_not_served_goes_to_quarantine() -> None:
    world = World()
    report = world.receive(a_quote(pair=Pair("USD", "BRL")))
    assert dict(report.rejected) == {"unknown_pair": 1}
    assert world.quarantined() == [("unknown_pair", b"quote 1")]
    assert world.markets.load(Pair("USD", "BRL")).version == 0


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        (a_quote(bid="NaN", sequence=2), "malformed"),
        (a_quote(bid="-1", sequence=2), "not_positive"),
        (a_quote(bid="18", ask="17", sequence=2), "crossed"),
        (a_quote(at=WEDNESDAY + timedelta(minutes=1), sequence=2), "future"),
        (a_quote(at=WEDNESDAY - timedelta(minutes=2), sequence=2), "stale"),
        (a_quote(at=WEDNESDAY + timedelta(seconds=1), sequence=1), "duplicate"),
        (a_quote(at=WEDNESDAY - timedelta(seconds=1), sequence=2), "out_of_order"),
        (a_quote("19.00", at=WEDNESDAY + timedelta(seconds=1), sequence=2), "outlier"),
    ],
)
def test_each_quote_that_is_not_believed_goes_to_quarantine_and_moves_nothing(quote: Quote, reason: str) -> None:
    world = World()
    world.receive(a_quote(HOLD))
    market = world.markets.load(USD_MXN).market
    report = world.apply([an_arrival(quote, "00000000000000000009")])
    assert (report.accepted, dict(report.rejected)) == (0, {reason: 1})
    assert world.quarantined() == [(reason, f"quote {quote.sequence}".encode())]
    assert world.markets.load(USD_MXN).market == market


def test_a_quote_on_a_weekend_goes_to_quarantine() -> None:
    world = World()
    assert dict(world.receive(a_quote(at=WEDNESDAY + timedelta(days=3))).rejected) == {"market_closed": 1}


def test_a_move_that_a_second_quote_confirms_counts() -> None:
    world = World()
    world.receive(a_quote(HOLD))
    report = world.receive(
        *(a_quote("18.00", at=WEDNESDAY + timedelta(seconds=i), sequence=i) for i in (2, 3)),
    )
    assert (report.accepted, dict(report.rejected), report.outcome.suggested) == (1, {"outlier": 1}, 1)


def test_a_batch_that_comes_again_changes_nothing() -> None:
    world = World(rules=CHEERFUL)
    batch = quotes_of([HOLD, SELL])
    world.receive(*batch)
    before = (world.markets.load(USD_MXN), world.recorded(), world.watch(), world.quarantined())
    assert world.receive(*batch) == Report(redelivered=2)
    assert (world.markets.load(USD_MXN), world.recorded(), world.watch(), world.quarantined()) == before


def test_the_new_end_of_a_batch_that_comes_again_is_applied() -> None:
    world = World()
    path = quotes_of([HOLD, HOLD, SELL])
    world.receive(*path[:2])
    report = world.receive(*path)
    assert (report.redelivered, report.accepted, report.outcome.suggested) == (2, 1, 1)


def test_each_pair_has_its_market_and_its_people() -> None:
    brl = Pair("USD", "BRL")
    world = World(pairs=frozenset([USD_MXN, brl]))
    world.watches.put_many([replace(a_watch("bea"), pair=brl)])
    report = world.receive(a_quote(SELL), a_quote("5.00", pair=brl))
    assert (report.accepted, report.outcome.evaluated, report.outcome.suggested) == (2, 2, 1)
    assert [suggestion.pair for suggestion in world.recorded()] == [USD_MXN]
    assert world.markets.load(brl).market is not None


@pytest.mark.parametrize("failure", [None, InvalidModel("the model takes 23 features")])
def test_while_the_model_is_away_quotes_count_and_the_next_quote_decides(failure: Exception | None) -> None:
    world = World()
    world.scorer.switch_off()
    world.scorer.failure = failure or world.scorer.failure
    first, second = quotes_of([SELL, SELL])
    report = world.receive(first)
    assert (report.accepted, report.outcome.evaluated, len(report.postponed)) == (1, 0, 1)
    assert world.recorded() == []
    assert world.markets.load(USD_MXN).market is not None
    world.scorer.failure = None
    assert world.receive(second).outcome.suggested == 1


def test_a_consumer_that_dies_between_suggestion_and_market_makes_no_second_suggestion() -> None:
    world = World(rules=CHEERFUL)
    world.markets.trouble.calls_left = 0
    with pytest.raises(StoreUnavailable):
        world.receive(a_quote(SELL))
    assert len(world.told()) == 1
    report = world.receive(a_quote(SELL))
    assert (report.accepted, report.redelivered, report.outcome.suggested) == (1, 0, 0)
    assert len(world.recorded()) == 1
    assert world.watch().generation == 1


def test_a_batch_that_is_bisected_after_a_crash_opens_no_episode_anew() -> None:
    world = World(rules=CHEERFUL)
    hold, sell = quotes_of([HOLD, SELL])
    world.markets.trouble.calls_left = 0
    with pytest.raises(StoreUnavailable):
        world.receive(hold, sell)
    assert (world.receive(hold).outcome.suggested, world.receive(sell).outcome.suggested) == (0, 0)
    assert len(world.recorded()) == 1
    assert world.watch().decision is Decision.SELL


def test_a_consumer_that_dies_in_the_middle_of_the_users_goes_on_where_it_was() -> None:
    world = World(dict.fromkeys(["ana", "ben", "cleo"], 17.0))
    world.watches.trouble.calls_left = 2
    with pytest.raises(StoreUnavailable):
        world.receive(a_quote(SELL))
    assert len(world.told()) == 2
    assert world.receive(a_quote(SELL)).outcome.suggested == 1
    assert sorted(suggestion.user_id for suggestion in world.told()) == ["ana", "ben", "cleo"]


def test_of_two_consumers_of_one_pair_the_slower_starts_over_and_nothing_is_said_twice() -> None:
    world = World(rules=CHEERFUL)
    overtaken = replace(world.apply, markets=_Overtaken(world))
    with pytest.raises(ConcurrentUpdate):
        overtaken([an_arrival(a_quote(SELL))])
    assert world.apply([an_arrival(a_quote(SELL))]) == Report(redelivered=1)
    assert len(world.recorded()) == 1


class _Overtaken:
    """Markets in which another consumer applies the same quote between this one's load and save."""

    def __init__(self, world: World) -> None:
        self.load = world.markets.load
        self._world = world

    def save(self, record: MarketRecord) -> None:
        self._world.receive(a_quote(SELL))
        self._world.markets.save(record)


def test_a_batch_of_rejected_quotes_is_not_read_again() -> None:
    world = World()
    crossed = a_quote(bid="18", ask="17")
    world.receive(crossed)
    assert world.receive(crossed) == Report(redelivered=1)


def test_an_empty_batch_is_nothing() -> None:
    assert World().apply([]) == Report()


MIDS = st.lists(st.sampled_from(["16.70", "16.85", "17.00", "17.15", "17.30"]), min_size=1, max_size=12)
SIZES = st.lists(st.integers(1, 4), max_size=12)


def a_troubled_world() -> World:
    world = World({"ana": 17.0, "ben": 16.9, "cleo": 17.2, "newcomer": None}, rules=CHEERFUL, limits=PATIENT)
    world.clock.set(WEDNESDAY + timedelta(hours=1))
    return world


def in_one_clean_pass(path: list[Quote], sizes: list[int]) -> World:
    world = a_troubled_world()
    for batch in batches_of(path, sizes):
        world.apply([an_arrival(quote) for quote in batch])
    return world


@pytest.mark.slow
@given(MIDS, SIZES, st.data())
def test_whatever_crashes_and_comes_again_the_suggestions_are_those_of_one_clean_pass(
    mids: list[str], sizes: list[int], data: st.DataObject
) -> None:
    path, world, done = quotes_of(mids), a_troubled_world(), 0
    for batch in batches_of(path, sizes):
        arrivals = [an_arrival(quote) for quote in batch]
        for trouble in data.draw(
            st.lists(st.sampled_from([world.watches.trouble, world.markets.trouble]), max_size=2), label="dies"
        ):
            trouble.calls_left = data.draw(st.integers(0, 2), label="after calls")
            try:
                world.apply(arrivals)
            except StoreUnavailable:
                continue
            finally:
                trouble.calls_left = None
        world.apply(arrivals)
        done += len(batch)
        start = data.draw(st.integers(0, done), label="comes again from")
        assert world.apply([an_arrival(quote) for quote in path[start:done]]) == Report(redelivered=done - start)
    clean = in_one_clean_pass(path, sizes)
    assert world.recorded() == clean.recorded()
    assert world.quarantined() == clean.quarantined()
    assert [world.watch(user) for user in world.costs] == [clean.watch(user) for user in world.costs]
    assert replace(world.markets.load(USD_MXN), version=0) == replace(clean.markets.load(USD_MXN), version=0)


@pytest.mark.slow
@given(MIDS, SIZES, st.data())
def test_however_a_crashed_batch_is_cut_up_an_episode_has_one_suggestion(
    mids: list[str], sizes: list[int], data: st.DataObject
) -> None:
    path, world = quotes_of(mids), a_troubled_world()
    for batch in batches_of(path, sizes):
        arrivals = [an_arrival(quote) for quote in batch]
        world.markets.trouble.calls_left = 0
        with pytest.raises(StoreUnavailable):
            world.apply(arrivals)
        cut = data.draw(st.integers(0, len(arrivals)), label="bisected at")
        for part in (arrivals[:cut], arrivals[cut:]):
            world.apply(part)
    for user in ("ana", "ben", "cleo", "newcomer"):
        episodes = [suggestion.episode for suggestion in world.suggestions.of_user(user)]
        assert len(episodes) == len(set(episodes)) <= world.watch(user).episode
    told_when_clean = {each.user_id for each in in_one_clean_pass(path, sizes).recorded()}
    assert told_when_clean <= {each.user_id for each in world.recorded()}
