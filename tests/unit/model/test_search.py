from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model import search as module
from model.boosting import DEFAULTS
from model.matrix import Part
from model.search import DAY, MOST, SPACE, Search, search
from model.weights import unprompted_weights
from tests.unit.model.prompting import prompted

if TYPE_CHECKING:
    from typing import Any

    from model.matrix import TrainingMatrix

ROWS = 2_000


@pytest.fixture(scope="module")
def made() -> TrainingMatrix:
    return prompted(ROWS)[0]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rounds: which candidates there are, and not how good, is what most of these tests are about."""
    monkeypatch.setattr(module, "SPACE", {**SPACE, "max_iter": (2, 4), "min_samples_leaf": (5, 20)})


def searched(matrix: TrainingMatrix, asked: int, given: dict[str, Any] | None = None, **options: Any) -> Search:
    start = {**DEFAULTS, "max_iter": 3, "min_samples_leaf": 20, **(given or {})}
    return search(matrix, unprompted_weights(matrix), start, asked, **options)


def test_the_first_candidate_is_what_was_given_and_the_others_differ(made: TrainingMatrix) -> None:
    found = searched(made, 4, {"learning_rate": 0.123})

    first, *others = [candidate.hyper_parameters for candidate in found.candidates]
    assert first["learning_rate"] == 0.123
    assert len({json.dumps(each, sort_keys=True) for each in (first, *others)}) == 4
    assert all(each["learning_rate"] in SPACE["learning_rate"] for each in others)
    assert all(set(each) == set(DEFAULTS) for each in others)
    assert found.best.log_loss == min(candidate.log_loss for candidate in found.candidates)


def test_the_same_seed_tries_the_same_and_another_seed_tries_others(made: TrainingMatrix) -> None:
    assert searched(made, 3) == searched(made, 3)
    tried = [set(map(str, searched(made, 3, {"random_state": seed}).candidates[1:])) for seed in (0, 1)]
    assert not tried[0] & tried[1]


def test_nothing_is_looked_at_but_the_rows_of_fit_of_people_who_were_not_told(made: TrainingMatrix) -> None:
    elsewhere = ~made.part(Part.FIT) | made.told
    labels = np.where(elsewhere, 1, made.labels).astype(np.int8)
    features = np.where(elsewhere[:, None], 9.0, made.features).astype(np.float32)
    other = replace(made, labels=labels, features=features)

    assert searched(other, 2) == searched(made, 2)


def test_those_that_judge_come_after_those_that_are_learned_from_with_a_day_between(made: TrainingMatrix) -> None:
    found = searched(made, 1)
    assert found.judged_from - found.fitted_until >= 2

    days = made.at // DAY
    assert 0.15 < (days[made.part(Part.FIT)] >= found.judged_from).mean() < 0.25
    blind = np.where((days >= found.judged_from) & made.part(Part.FIT), 0, made.labels).astype(np.int8)
    assert searched(replace(made, labels=blind), 1).best.log_loss != found.best.log_loss


def test_each_candidate_is_told_with_the_best_so_far(made: TrainingMatrix) -> None:
    lines: list[str] = []
    found = searched(made, 2, say=lines.append)

    assert lines[0].startswith(
        f"Search 1/2: log loss {found.candidates[0].log_loss:.4f} with max_iter 3, learning_rate"
    )
    assert lines[1].startswith("Search 2/2: log loss ")
    assert f"; best {found.best.log_loss:.4f}, number {found.candidates.index(found.best) + 1}" in lines[1]


def test_interrupting_keeps_the_best_so_far_and_says_so(made: TrainingMatrix) -> None:
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if line.startswith("Search 2/"):
            os.kill(os.getpid(), signal.SIGINT)

    usual = signal.getsignal(signal.SIGINT)
    found = searched(made, 50, say=say)

    assert len(found.candidates) == 2
    assert found.asked == 50
    assert lines[-1] == "Search interrupted after 2 of 50: the best of them is used"
    assert signal.getsignal(signal.SIGINT) is usual


def test_interrupting_before_anything_is_known_ends_it(made: TrainingMatrix, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: Any, **options: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(module, "fit", interrupted)

    with pytest.raises(KeyboardInterrupt):
        searched(made, 5)


@pytest.mark.parametrize("asked", [0, -1, MOST + 1])
def test_a_search_is_bounded(made: TrainingMatrix, asked: int) -> None:
    with pytest.raises(ValueError, match=f"1 to {MOST} candidates, not {asked}"):
        searched(made, asked)


def test_too_few_days_to_search_on_are_refused(made: TrainingMatrix) -> None:
    with pytest.raises(ValueError, match="too few"):
        searched(replace(made, at=np.zeros_like(made.at)), 2)


def test_it_prefers_what_learns_to_what_does_not(made: TrainingMatrix) -> None:
    """A rate of learning so low that two rounds say the base rate loses to any other."""
    found = searched(made, 3, {"learning_rate": 1e-6, "max_iter": 2})

    assert found.best is not found.candidates[0]
