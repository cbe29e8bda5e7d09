"""`python -m bench.uplift`: whether a model of the effect beats the response model's order; bench/results/uplift.json.

In one world people differ by chance alone in how they take messages, in the other who trades by a calendar is deaf to
them. The closed loop knows what each message truly adds, so what the Qini says of outcomes is held beside the truth.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.machine import describe
from bench.uplift.lives import lives
from model.boosting import fit, fit_temperature, scored
from model.effect import Learner
from model.matrix import Part
from model.uplift.fit import LEARNER, UpliftResult, fit_uplift
from model.uplift.learners import learn
from model.uplift.qini import qini_curve
from model.uplift.trials import trials_of
from model.weights import unprompted_weights
from simulator.closed_loop import Loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.uplift.lives import Lives
    from model.matrix import TrainingMatrix
    from model.uplift.trials import Respond

RESULTS = Path(__file__).parents[1] / "results" / "uplift.json"
LOOP = Loop(users=500, start=date(2021, 5, 1), end=date(2023, 11, 11))
SEEDS = range(1, 17)
WORLDS = {"people alike": 0.0, "calendar traders deaf": 1.0}
"""Name of a world and its deafness."""
GROUPS = (1, 2, 4, 8, 16, 32)
"""Users are cut into so many groups, each of which is judged as if there were no others."""
DIGITS = 5


def main() -> None:
    """Run both worlds, print a JSON line for each and write them."""
    lines = []
    for name, deafness in WORLDS.items():
        line = {"bench": "uplift", "world": name, "deafness": deafness, **measured(lives(_loop(deafness), SEEDS))}
        sys.stdout.write(json.dumps(line) + "\n")
        lines.append(line)
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "on": describe(),
        "loop": {"users": LOOP.users, "start": f"{LOOP.start}", "end": f"{LOOP.end}", "seeds": len(SEEDS)},
        "results": lines,
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _loop(deafness: float) -> Loop:
    return replace(LOOP, deafness=deafness)


def measured(found: Lives) -> dict[str, Any]:
    """What the training job would say, what is true of it, and how often it would use the model with fewer people."""
    matrix, respond = found.matrix, _response_model(found.matrix)
    result = fit_uplift(matrix, respond)
    return {
        "report": result if isinstance(result, str) else result.report,
        "truth": _truth(found, respond),
        "groups": [_of_groups(matrix, respond, groups) for groups in GROUPS],
    }


def _response_model(matrix: TrainingMatrix) -> Respond:
    """The main model, as the training job makes it."""
    weights = unprompted_weights(matrix)
    ensemble = fit(matrix, weights)
    temperature = fit_temperature(ensemble, matrix, weights)
    return lambda features: scored(ensemble, temperature, features)


def _truth(found: Lives, respond: Respond) -> dict[str, Any]:
    """By what order people are told, how it agrees with the true effects of the suggestions that judge."""
    matrix = found.matrix
    judging = matrix.part(Part.TEST)
    to_learn, to_judge = (trials_of(matrix, rows, respond) for rows in (~judging, judging))
    added = found.added[judging & (matrix.suggested > 0)]
    orders = {learner.value: learn(to_learn, learner, seed=0).effect(to_judge.inputs) for learner in Learner}
    orders["response"] = to_judge.expected
    best = qini_curve(added, added).coefficient
    return {
        "mean_effect": round(float(added.mean()), DIGITS),
        "oracle_qini": round(best, DIGITS),
        **{name: _agreement(order, added, best) for name, order in orders.items()},
        "used": LEARNER.value,
    }


def _agreement(order: NDArray[np.float64], added: NDArray[np.float64], best: float) -> dict[str, float]:
    """Correlation, Qini and its share of the oracle's, and the share of all effect that the first half brings."""
    curve = qini_curve(order, added)
    half = float(np.interp(0.5, curve.share, curve.gained) / curve.gained[-1])
    found = {
        "correlation": float(np.corrcoef(order, added)[0, 1]),
        "qini": curve.coefficient,
        "share_of_oracle": curve.coefficient / best,
        "effect_of_first_half": half,
    }
    return {name: round(value, DIGITS) for name, value in found.items()}


def _of_groups(matrix: TrainingMatrix, respond: Respond, groups: int) -> dict[str, Any]:
    """How often the effect wins when the suggestions of one group of users are all that there is."""
    results = [
        fit_uplift(replace(matrix, suggested=np.where(matrix.users % groups == group, matrix.suggested, 0)), respond)
        for group in range(groups)
    ]
    found = [each.report for each in results if isinstance(each, UpliftResult)]
    return {
        "groups": groups,
        "refused": groups - len(found),
        "wins": sum(each["wins"] for each in found),
        "held_out_to_learn": _mean([each["held_out"]["learn"] for each in found]),
        "held_out_to_judge": _mean([each["held_out"]["judge"] for each in found]),
    }


def _mean(values: Sequence[int]) -> float | None:
    return round(float(np.mean(values)), 1) if values else None


if __name__ == "__main__":
    main()
