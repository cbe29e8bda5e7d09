"""The whole loop: people are told by the real policy and the real draw, react, and the real report finds how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from divisa.domain.policy import PolicyRules
from simulator import readers
from simulator.closed_loop import Loop, Run, run_all

RUNS = 100
SHORT = Loop(users=150, start=date(2023, 9, 1), end=date(2023, 10, 14))


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return list(run_all(range(1, RUNS + 1)))


@pytest.mark.slow
def test_the_interval_holds_the_true_effect_in_at_least_ninety_of_a_hundred_runs(runs: list[Run]) -> None:
    assert len(runs) == RUNS
    assert sum(run.covers for run in runs) >= 90


@pytest.mark.slow
def test_the_estimate_is_right_on_average(runs: list[Run]) -> None:
    errors = np.array([run.lift.difference.estimate - run.truth for run in runs if run.lift.difference])
    assert len(errors) == RUNS
    assert abs(errors.mean()) < 3 * errors.std() / RUNS**0.5


@pytest.mark.slow
def test_it_says_more_than_nothing(runs: list[Run]) -> None:
    found = [run.lift.difference for run in runs]
    assert sum(each is not None and each.low > 0 for each in found) > RUNS / 2


@pytest.mark.slow
def test_the_policys_share_is_held_out(runs: list[Run]) -> None:
    held = sum(run.lift.held_out.suggestions for run in runs)
    everybody = held + sum(run.lift.treated.suggestions for run in runs)
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
    assert run.truth == pytest.approx(0.0, abs=1e-12)


def test_people_who_are_told_too_often_react_less(monkeypatch: pytest.MonkeyPatch) -> None:
    [rested] = run_all([1], SHORT)
    monkeypatch.setattr(readers, "TIRING", 3.0)
    [tired] = run_all([1], SHORT)
    assert tired.truth < 0.9 * rested.truth


def test_who_asked_for_no_more_is_told_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "OPT_OUT", 1.0)
    [run] = run_all([1], SHORT)
    assert run.left == run.lift.treated.users == run.lift.treated.suggestions > 0


def test_without_a_holdout_nothing_can_be_said() -> None:
    [run] = run_all([1], replace(SHORT, rules=PolicyRules(holdout_share=0.0, min_gain=None)))
    assert run.lift.difference is None
    assert not run.covers
