from __future__ import annotations

from copy import deepcopy
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from local.cli.training_table import training_sentences, training_table


def figures(log_loss: float, **baselines: float) -> dict[str, Any]:
    """Metrics of a model and of baselines with these log losses."""
    sides = {side: {"pr_auc": 0.2, "oracle_pr_auc": 0.3, "log_loss": 0.1} for side in ("BUY", "SELL")}
    losses = {"base_rate": 0.24, "logistic": 0.21, "per_user_rate": 0.22, **baselines}
    cold = {"rows": 9, "log_loss": 0.1, "base_rate_log_loss": 0.2}
    return {
        "log_loss": log_loss,
        "oracle_log_loss": 0.15,
        "ece": 0.0123,
        "classes": sides,
        "beats_base_rate": log_loss < losses["base_rate"],
        "baselines": {name: {"log_loss": loss, "classes": deepcopy(sides)} for name, loss in losses.items()},
        "cold_start": {known: dict(cold) for known in ("0", "1", "2-5", "more")},
    }


def printed(metrics: dict[str, Any]) -> list[str]:
    paper = StringIO()
    Console(file=paper, width=120).print(training_table(metrics))
    return [line.strip() for line in paper.getvalue().splitlines()]


def test_the_model_stands_above_what_it_has_to_beat_the_best_first_and_the_ceiling_below() -> None:
    lines = printed(figures(0.18))

    assert [line.split("  ")[0] for line in lines[1:]] == [
        "the model",
        "logistic regression",
        "each user's own rate",
        "base rate",
        "the simulator itself, the ceiling",
    ]
    assert lines[1].split()[2:] == ["0.1800", "0.2000", "0.2000"]


def test_without_a_simulator_there_is_no_ceiling() -> None:
    metrics = figures(0.18) | {"oracle_log_loss": None}

    assert not any("ceiling" in line for line in printed(metrics))


def test_a_model_that_beats_all_is_said_to() -> None:
    assert training_sentences(figures(0.18))[0] == "The model beats the base rate and every other baseline."


def test_who_is_better_is_named() -> None:
    assert training_sentences(figures(0.215))[0] == "The model beats the base rate, but not: logistic regression."


@pytest.mark.parametrize("log_loss", [0.24, 0.30])
def test_a_model_that_does_not_beat_the_base_rate_is_said_not_to(log_loss: float) -> None:
    said = training_sentences(figures(log_loss))[0]

    assert said.startswith("The model does NOT beat the base rate")
    assert "nothing that can be used" in said


def test_users_for_whom_it_is_worse_than_the_base_rate_are_named() -> None:
    metrics = figures(0.18)
    assert training_sentences(metrics)[1] == (
        "It is no worse than the base rate for users of whom 0, 1, 2-5 or more transactions are known."
    )

    metrics["cold_start"]["0"] = {"rows": 0, "log_loss": None, "base_rate_log_loss": None}
    told = "whom 1, 2-5 or more transactions are known (there are none with 0 to judge it by)."
    assert training_sentences(metrics)[1].endswith(told)

    metrics["cold_start"]["1"]["log_loss"] = 0.25
    worse = "1 (log loss 0.2500, base rate 0.2000)"
    said = f"It is worse than the base rate for users of whom so many transactions are known: {worse}."
    assert training_sentences(metrics)[1] == said
