"""One small seed, for real: untold years, files, training job, artefact, and five policies' told months."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.errors import InvalidFile
from local.experiment.runs import key_of, run_seeds
from local.experiment.seed import FIXED_ALERT, MODEL, ORACLE, POLICIES
from simulator.experiment.plan import Experiment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PLAN = Experiment(users=200, start=date(2016, 6, 1), told_from=date(2018, 1, 1), end=date(2018, 9, 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("experiment")


@pytest.fixture(scope="module")
def result(folder: Path) -> dict[str, Any]:
    return run_seeds(PLAN, [1], folder)[0]


def rate(result: dict[str, Any], name: str) -> float:
    return float(result["tallies"][name]["conversions"] / result["tallies"][name]["messages"])


def test_the_model_is_followed_more_often_than_the_alert_and_less_than_the_oracle(result: dict[str, Any]) -> None:
    assert list(result["tallies"]) == list(POLICIES)
    assert rate(result, FIXED_ALERT) < rate(result, MODEL) < rate(result, ORACLE)


def test_everybody_sends_about_as_many_messages(result: dict[str, Any]) -> None:
    counts = [tally["messages"] for tally in result["tallies"].values()]
    assert max(counts) < 1.25 * min(counts)


def test_a_seed_that_was_run_is_not_run_again(folder: Path, result: dict[str, Any]) -> None:
    kept = folder / key_of(PLAN) / "seed-1.json"
    kept.write_text(json.dumps({**result, "alert": "as it was kept"}), encoding="utf-8")
    said: list[str] = []
    assert run_seeds(PLAN, [1], folder, said.append)[0]["alert"] == "as it was kept"
    assert said == []


def test_too_little_history_to_learn_from_is_said(folder: Path) -> None:
    short = Experiment(
        users=2, start=date(2016, 6, 1), told_from=date(2016, 9, 1), end=date(2016, 10, 1), messages_a_year=0.1
    )
    with pytest.raises(InvalidFile, match="too little history"):
        run_seeds(short, [1], folder)
