from __future__ import annotations

import math
from dataclasses import astuple, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.memory.ledger import MemoryLedger
from divisa.domain.bands import NOWHERE
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary, fold_rows
from divisa.domain.errors import ConcurrentUpdate, InvalidModel, StoreUnavailable
from divisa.domain.evaluation import Decision
from divisa.domain.pair import Pair
from divisa.domain.transaction import Side
from divisa.ports import Advance, SummaryRecord
from divisa.services.fold_ledger import FoldReport
from divisa.services.suggest import Outcome
from tests.builders import USD_MXN, WEDNESDAY, a_quote, a_summary
from tests.unit.services.desk import Desk, TroubledSummaries
from tests.unit.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from divisa.domain.features import Question
    from divisa.domain.ledger import LedgerEntry
    from divisa.ports import Scores

USD_BRL = Pair("USD", "BRL")
USERS = ("ana", "ben", "eva")
PSEUDONYM = "erased-0"


def same(one: BehaviourSummary[float], other: BehaviourSummary[float]) -> bool:
    """Equal to the last bit, whatever never happened."""
    pairs = zip(astuple(one), astuple(other), strict=True)
    return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in pairs)


def folded(summary: BehaviourSummary[float], entries: Sequence[LedgerEntry]) -> BehaviourSummary[float]:
    """One entry after the other: what the ledger says."""
    for entry in entries:
        [summary] = fold_rows([summary], [entry.transaction], [entry.market])
    return summary


def test_an_entry_is_folded_and_the_watch_says_what_follows_from_it() -> None:
    desk = Desk()
    desk.world.receive(a_quote("17.00"))
    assert desk.world.watch().decision is Decision.HOLD

    entry = desk.trade("ana", quantity="100000", price="16.50")  # so much that ana's average cost falls to it

    report = desk.fold([entry])
    assert (report.folded, report.redelivered, report.missing, report.watched) == (1, 0, 0, 0)
    assert (report.outcome.evaluated, report.outcome.moved, report.outcome.suggested) == (1, 1, 1)
    assert desk.record("ana").sequence == 1
    assert same(desk.record("ana").summary, folded(a_summary(cost=17.0), [entry]))
    assert desk.world.watch("ana").decision is Decision.SELL
    assert desk.world.watch("ben").generation == 1
    [suggestion] = desk.world.told()
    assert (suggestion.user_id, suggestion.side) == ("ana", Side.SELL)


def test_the_fold_takes_the_market_of_the_entry_whatever_the_market_is_by_now() -> None:
    desk = Desk()
    entry = desk.trade("ana", price="16.50")
    desk.world.receive(a_quote("19.00", at=WEDNESDAY + timedelta(days=2)))
    desk.fold([entry])
    assert same(desk.record("ana").summary, folded(a_summary(cost=17.0), [entry]))


def test_somebody_new_gets_a_watch_and_the_next_price_finds_it() -> None:
    desk = Desk()
    desk.world.receive(a_quote("17.00"))
    report = desk.fold([desk.trade("new")])
    assert (report.folded, report.watched, report.outcome.evaluated) == (1, 1, 1)
    assert same(desk.record("new").summary, folded(NEWCOMER, [next(desk.ledger.after("new", USD_MXN, 0))]))
    assert desk.world.watch("new").model_version == "m-1"
    assert desk.fold([desk.trade("new")]).watched == 0


def test_users_of_a_batch_are_evaluated_together_once_a_pair() -> None:
    desk = Desk()
    desk.world.receive(a_quote("17.00"))
    asked: list[int] = []
    scorer = desk.world.scorer

    def score(question: Question) -> Scores:
        asked.append(len(question.x))
        return type(scorer).score(scorer, question)

    scorer.__dict__["score"] = score
    batch = [desk.trade(user, pair=pair) for _ in range(3) for user in USERS for pair in (USD_MXN, USD_BRL)]
    report = desk.fold(batch)
    assert report.folded == 18
    assert asked == [3]  # of the other pair there is no price yet
    assert {desk.record(user, pair).sequence for user in USERS for pair in (USD_MXN, USD_BRL)} == {3}


def test_an_entry_that_comes_again_changes_no_summary_and_its_user_is_evaluated_again() -> None:
    desk = Desk()
    desk.world.receive(a_quote("17.00"))
    entries = [desk.trade("ana"), desk.trade("ana", Side.SELL)]
    desk.fold(entries)
    once = desk.record("ana")

    report = desk.fold([entries[1], entries[0], entries[0]])

    assert (report.folded, report.redelivered, report.outcome.evaluated) == (0, 3, 1)
    assert desk.record("ana") == once


def test_what_the_stream_has_not_brought_yet_is_read_from_the_ledger_in_order() -> None:
    desk = Desk()
    entries = [desk.trade("ana", side) for side in (Side.BUY, Side.SELL, Side.BUY, Side.BUY)]
    report = desk.fold([entries[2]])
    assert (report.folded, report.redelivered, report.missing) == (4, 0, 0)
    assert same(desk.record("ana").summary, folded(a_summary(cost=17.0), entries))
    assert desk.fold(entries).redelivered == 4


@pytest.mark.slow
@given(st.data())
def test_whatever_comes_how_often_and_in_which_order_summaries_are_the_ledger_folded_once(data: st.DataObject) -> None:
    """Batches cut at random from entries that come late, twice and in any order, while consumers die on the way."""
    desk = Desk(World({"ana": 17.0, "ben": None}))
    desk.world.receive(a_quote("17.00"))
    ledger: dict[str, list[LedgerEntry]] = {user: [] for user in USERS}
    trades = data.draw(st.lists(st.tuples(st.sampled_from(USERS), st.sampled_from(Side)), min_size=1, max_size=12))
    total = 0
    for user, side in trades:
        ledger[user].append(desk.trade(user, side))
    everything = [entry for entries in ledger.values() for entry in entries]
    arriving = data.draw(st.permutations(everything + data.draw(st.lists(st.sampled_from(everything), max_size=8))))
    while arriving:
        batch = arriving[: data.draw(st.integers(1, len(arriving)))]
        troubles = (desk.summaries.trouble, desk.world.watches.trouble)
        data.draw(st.sampled_from(troubles)).calls_left = data.draw(st.none() | st.integers(0, 4))
        try:
            desk.fold(batch)
        except StoreUnavailable:
            continue  # It comes again as it is.
        del arriving[: len(batch)]
        for trouble in troubles:
            trouble.calls_left = None
    for user in USERS:
        begun = {"ana": a_summary(cost=17.0)}.get(user, NEWCOMER)
        record = desk.record(user)
        assert record.sequence == len(ledger[user])
        assert same(record.summary, folded(begun, ledger[user]))
        total += record.sequence
        if ledger[user]:
            # The watch knows of the last entry: evaluating once more says the same.
            watch = desk.world.watch(user)
            desk.world.reevaluate(USD_MXN, [user])
            again = desk.world.watch(user)
            assert replace(again, generation=watch.generation, refresh_at=watch.refresh_at) == watch
    assert total == len(everything)
    assert desk.fold(everything).folded == 0


@pytest.mark.parametrize("failure", ["watches", "scorer"])
def test_a_consumer_that_dies_between_the_summary_and_the_watch_comes_back_to_the_watch(failure: str) -> None:
    desk = Desk()
    desk.world.receive(a_quote("17.00"))
    entry = desk.trade("ana", quantity="100000", price="16.50")
    if failure == "watches":
        desk.world.watches.trouble.calls_left = 0
    else:
        desk.world.scorer.failure = StoreUnavailable("died")
    with pytest.raises(StoreUnavailable):
        desk.fold([entry])
    assert desk.record("ana").sequence == 1
    assert desk.world.watch().decision is Decision.HOLD

    desk.world.scorer.failure = None
    report = desk.fold([entry])

    assert (report.folded, report.redelivered, report.outcome.suggested) == (0, 1, 1)
    assert desk.world.watch().decision is Decision.SELL


def test_a_consumer_that_dies_before_it_gave_a_watch_to_somebody_new_gives_it_later() -> None:
    desk = Desk()
    entry = desk.trade("new")
    desk.summaries.save(
        [Advance(SummaryRecord("new", USD_MXN, NEWCOMER), SummaryRecord("new", USD_MXN, NEWCOMER, sequence=1))]
    )
    report = desk.fold([entry])
    assert (report.redelivered, report.watched) == (1, 1)


@pytest.mark.parametrize("switched_off", [True, False])
def test_while_the_model_is_away_summaries_are_folded_and_the_next_quote_decides(switched_off: bool) -> None:
    desk = Desk()
    desk.world.receive(a_quote("17.00"))
    entry = desk.trade("ana", quantity="100000", price="16.50")
    if switched_off:
        desk.world.scorer.switch_off()
    else:
        desk.world.scorer.failure = InvalidModel("the answer does not fit")

    report = desk.fold([entry])

    assert (report.folded, len(report.postponed)) == (1, 1)
    assert desk.record("ana").sequence == 1
    assert desk.world.watch().band == NOWHERE
    desk.world.scorer.failure = None
    told = desk.world.receive(a_quote("17.00", at=WEDNESDAY + timedelta(minutes=1), sequence=2)).outcome
    assert (told.evaluated, told.suggested) == (1, 1)


def test_records_of_somebody_who_was_erased_bring_nothing_back() -> None:
    desk = Desk()
    entries = [desk.trade("new"), desk.trade("new")]
    kept = desk.trade("ana")
    desk.ledger.erase("new", PSEUDONYM)

    report = desk.fold([*entries, kept])

    assert (report.folded, report.missing, report.watched) == (1, 2, 0)
    assert desk.summaries.get_many(USD_MXN, ["new", PSEUDONYM]) == {}
    assert desk.world.watches.get_many(USD_MXN, ["new", PSEUDONYM]) == {}


def test_entries_behind_one_that_has_been_moved_away_already_are_not_folded() -> None:
    desk = Desk()
    first, _, third = desk.trade("new"), desk.trade("new"), desk.trade("new")
    report = replace(desk.fold, ledger=_Without(desk.ledger, first.transaction_id))([third])
    assert (report.folded, report.missing, report.watched) == (0, 1, 0)
    assert desk.record("new") == SummaryRecord("new", USD_MXN, NEWCOMER)


def test_whose_portfolio_is_gone_gets_no_watch_although_the_summary_is_there_still() -> None:
    desk = Desk()
    entry = desk.trade("new")
    desk.summaries.save(
        [Advance(SummaryRecord("new", USD_MXN, NEWCOMER), SummaryRecord("new", USD_MXN, NEWCOMER, sequence=1))]
    )
    desk.world.portfolios.erase("new")
    report = desk.fold([entry])
    assert (report.redelivered, report.watched, report.outcome) == (1, 0, Outcome())


class _Without(MemoryLedger):
    """A ledger from which an entry has been moved away."""

    def __init__(self, ledger: MemoryLedger, transaction_id: str) -> None:
        vars(self).update(vars(ledger))
        self._without = transaction_id

    def after(self, user_id: str, pair: Pair, sequence: int) -> Iterator[LedgerEntry]:
        entries = super().after(user_id, pair, sequence)
        return (entry for entry in entries if entry.transaction_id != self._without)


class _Rival(TroubledSummaries):
    """Summaries that another consumer moves on once, just after they were read."""

    def __init__(self, desk: Desk) -> None:
        vars(self).update(vars(desk.summaries))
        self._desk: Desk | None = desk

    def load(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, SummaryRecord]:
        read = super().load(pair, user_ids)
        if self._desk is not None:
            self._desk.fold([self._desk.trade("ana")])
            self._desk = None
        return read


class _Stubborn(TroubledSummaries):
    """Summaries that somebody else has always moved on first."""

    def save(self, advances: Sequence[Advance]) -> Sequence[bool]:
        return [False] * len(advances)


def test_a_summary_that_another_consumer_moved_on_meanwhile_is_read_again() -> None:
    desk = Desk()
    entries = [desk.trade("ana"), desk.trade("ben")]
    report = replace(desk.fold, summaries=_Rival(desk))(entries)
    assert (report.folded, report.missing) == (1, 0)  # ben's; ana's was folded by the other one
    assert (desk.record("ana").sequence, desk.record("ben").sequence) == (2, 1)
    ledger = list(desk.ledger.after("ana", USD_MXN, 0))
    assert same(desk.record("ana").summary, folded(a_summary(cost=17.0), ledger))


def test_a_summary_that_others_move_on_again_and_again_is_left_to_the_next_try() -> None:
    desk = Desk()
    with pytest.raises(ConcurrentUpdate, match="summaries of USD/MXN were moved on by others 5 times"):
        replace(desk.fold, summaries=_Stubborn())([desk.trade("ana")])


def test_nothing_asks_nothing() -> None:
    assert Desk().fold([]) == FoldReport()
