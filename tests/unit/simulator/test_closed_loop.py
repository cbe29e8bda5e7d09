"""The whole loop: people are told by the real policy and the real draw, react, and the real report finds how much."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.lift import runs_of
from divisa.domain.policy import PolicyRules
from divisa.domain.recipient import Channel
from divisa.domain.transaction import Side
from simulator import readers
from simulator.closed_loop import Loop, Run, run_all, run_before

if TYPE_CHECKING:
    from divisa.domain.market import MarketView
    from divisa.domain.quote import Quote
    from divisa.domain.suggestion import Suggestion
    from divisa.domain.transaction import Transaction

RUNS = 100
SEGMENTS = [*(("side", side.value) for side in Side), *(("channel", channel.value) for channel in Channel)]
SHORT = Loop(users=150, start=date(2023, 9, 1), end=date(2023, 10, 14))

LARGE = replace(SHORT, users=900)


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return runs_of(Loop(), RUNS)


@pytest.mark.slow
def test_the_interval_holds_the_true_effect_in_at_least_ninety_of_a_hundred_runs(runs: list[Run]) -> None:
    assert len(runs) == RUNS
    assert sum(run.overall.covers for run in runs) >= 90


@pytest.mark.slow
@pytest.mark.parametrize("segment", SEGMENTS)
def test_so_does_the_interval_of_a_segment_that_is_large_enough(runs: list[Run], segment: tuple[str, str]) -> None:
    found = [run.segments[segment] for run in runs if run.segments[segment].lift.difference is not None]
    assert len(found) > RUNS / 2
    assert sum(each.covers for each in found) >= 0.85 * len(found)


@pytest.mark.slow
def test_the_estimate_is_right_on_average(runs: list[Run]) -> None:
    errors = np.array(
        [run.overall.lift.difference.estimate - run.overall.truth for run in runs if run.overall.lift.difference]
    )
    assert len(errors) == RUNS
    assert abs(errors.mean()) < 3 * errors.std() / RUNS**0.5


@pytest.mark.slow
def test_it_says_more_than_nothing(runs: list[Run]) -> None:
    found = [run.overall.lift.difference for run in runs]
    assert sum(each is not None and each.low > 0 for each in found) > RUNS / 2


@pytest.mark.slow
def test_the_policys_share_is_held_out(runs: list[Run]) -> None:
    held = sum(run.overall.lift.held_out.suggestions for run in runs)
    everybody = held + sum(run.overall.lift.treated.suggestions for run in runs)
    assert held / everybody == pytest.approx(0.2, abs=4 * (0.16 / everybody) ** 0.5)


@pytest.mark.slow
def test_the_policy_keeps_some_from_being_told_and_some_ask_for_no_more(runs: list[Run]) -> None:
    assert all(run.suppressed > 0 for run in runs)
    assert np.mean([run.left for run in runs]) > 1


def test_a_seed_is_always_the_same_life_and_another_one_another() -> None:
    [first], [again], [other] = (list(run_all([seed], SHORT)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_messages_that_move_nobody_have_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PULL", 0.0)
    monkeypatch.setattr(readers, "PULL_DEVIATION", 0.0)
    [run] = run_all([1], SHORT)
    assert run.overall.truth == pytest.approx(0.0, abs=1e-12)


def test_people_who_are_told_too_often_react_less(monkeypatch: pytest.MonkeyPatch) -> None:
    [rested] = run_all([1], SHORT)
    monkeypatch.setattr(readers, "TIRING", 3.0)
    [tired] = run_all([1], SHORT)
    assert tired.overall.truth < 0.9 * rested.overall.truth


def test_who_asked_for_no_more_is_told_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "OPT_OUT", 1.0)
    [run] = run_all([1], SHORT)
    assert run.left > 0
    for channel in Channel:
        told = run.segments["channel", channel.value].lift.treated
        assert told.users == told.suggestions > 0


def test_who_reads_too_late_follows_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "LATE", 1.0)
    [run] = run_all([1], LARGE)
    assert run.overall.truth == 0.0
    found = run.overall.lift.difference
    assert found is not None
    assert found.low < 0.0 < found.high


def test_without_a_holdout_nothing_can_be_said() -> None:
    [run] = run_all([1], replace(SHORT, rules=PolicyRules(holdout_share=0.0, min_gain=None)))
    assert run.overall.lift.difference is None
    assert not run.overall.covers


@dataclass
class Crowd:
    """A witness who remembers."""

    mornings: list[date] = field(default_factory=list)
    added: list[float] = field(default_factory=list)
    told: int = 0
    trades: list[date] = field(default_factory=list)

    def morning(self, quote: Quote, market: MarketView[float], present: np.ndarray) -> None:
        self.mornings.append(quote.event_time.date())

    def suggested(self, user: int, suggestion: Suggestion, added: float) -> None:
        assert suggestion.created_at.date() == self.mornings[-1]
        self.told += suggestion.suppressed is None
        self.added.append(added)

    def traded(self, user: int, done: Transaction, market: MarketView[float]) -> None:
        self.trades.append(done.event_time.date())
        assert self.trades[-1] == self.mornings[-1]


def test_a_witness_sees_what_is_measured_and_changes_nothing() -> None:
    [alone] = run_all([3], SHORT)
    crowd = Crowd()

    run = run_before(crowd, 3, SHORT)

    assert run == alone
    assert crowd.mornings == sorted(set(crowd.mornings))
    assert crowd.told == run.overall.lift.treated.suggestions
    assert len(crowd.added) - crowd.told == run.overall.lift.held_out.suggestions
    assert np.mean(crowd.added) == pytest.approx(run.overall.truth)
    assert crowd.trades


def test_who_is_deaf_to_messages_is_moved_less() -> None:
    [listening] = run_all([3], SHORT)
    [deaf] = run_all([3], replace(SHORT, deafness=1.0))

    assert deaf.overall.truth < 0.8 * listening.overall.truth
