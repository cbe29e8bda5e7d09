"""How good a model is, in one document: the keys of `metrics.json`, and more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model.bands import seen_of
from model.boosting import counted
from model.evaluate import evaluate, log_loss, pr_auc
from model.inference import CLASSES
from model.judging.curves import calibration_curve, pr_curve
from model.judging.drift import drift, reference_of_fit
from model.judging.intervals import intervals
from model.judging.messages import compare
from model.judging.segments import segments
from model.matrix import Part
from model.metrics import cold_start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from model.baselines import Baseline
    from model.judging.judged import JudgedModel
    from model.matrix import TrainingMatrix

    Floats = NDArray[np.float64]

MODEL: Final = "model"
"""The judged model's name among the ways to choose whom to tell."""
ECE_LIMIT: Final = 0.02
"""Calibration error up to which probabilities can be taken at their word."""
SEGMENT_ECE_LIMIT: Final = 0.05
SEGMENT_ROWS: Final = 1_000
"""A segment with fewer rows is shown and not held to the limit."""


class Standing(StrEnum):
    """A model against the best constant in hindsight, the shares of the classes in the very rows that judge."""

    BETTER = "better"
    NO_BETTER = "no_better"
    UNCLEAR = "unclear"  # better on these rows, and with other users it might not be


@dataclass(frozen=True, slots=True)
class _Sample:
    """The rows that judge, and what the model says of them."""

    p: Floats
    decisions: NDArray[np.int8]
    labels: NDArray[np.int8]
    users: NDArray[np.int32]
    oracle: Floats
    weights: Floats
    fit_rates: Floats

    def where(self, rows: NDArray[Any]) -> _Sample:
        columns = {
            name: getattr(self, name)[rows] for name in ("p", "decisions", "labels", "users", "oracle", "weights")
        }
        return replace(self, **columns)

    def figures(self, rows_needed: int, ece_limit: float, seed: int) -> dict[str, Any]:
        """Metrics with intervals, and the verdicts on them."""
        known = evaluate(self.p, self.decisions, self.labels, self.oracle, self.weights)
        around = intervals(self.p, self.labels, self.users, self.weights, seed=seed)
        everybody = log_loss(np.broadcast_to(self.fit_rates, self.p.shape), self.labels, self.weights)
        return {
            **known,
            "fit_rate_log_loss": everybody,
            "test_rows": len(self.labels),
            "test_users": len(np.unique(self.users)),
            "intervals": around,
            "beats_base_rate": known["log_loss"] < everybody,
            "against_base_rate": _against(known, around),
            "calibrated": bool(known["ece"] <= ece_limit) if len(self.labels) >= rows_needed else None,
        }


def judge(
    matrix: TrainingMatrix,
    model: JudgedModel,
    weights: Floats,
    baselines: Mapping[str, Baseline],
    *,
    seed: int = 0,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> dict[str, Any]:
    """Judge a model on the rows of TEST.

    Args:
        matrix: rows of all parts; what is learned from (FIT) gives the base rate, and what drift is measured from when
            the artefact does not say so itself.
        model: which model.
        weights: what each row counts, shape (n,), of `model.weights`; 0 also for rows that the model may have seen.
        baselines: by name, fitted on FIT.
        seed: of everything that is drawn.
        on_stage: told in words what begins.

    Returns:
        The keys of `evaluate`, with `intervals` (`intervals.intervals`), `fit_rate_log_loss` (of the shares of the
        classes in FIT), `beats_base_rate` (whether log loss is below that), `against_base_rate` (a `Standing` against
        the shares in hindsight), `calibrated` (null with few rows), `test_rows` and `test_users`; and beside them
        `outside` (share of rows unlike all that the model learned from), `cold_start` (as in `metrics.json`),
        `segments` (the same by segment), `baselines` (`evaluate` by name, and what was `chosen`), `messages`, `curves`,
        `drift`. What cannot be known is null.

    Raises:
        ValueError: no row is left to judge by.
    """
    rows = np.flatnonzero(counted(matrix, weights, Part.TEST))
    if not len(rows):
        raise ValueError("no row is left to judge by")
    on_stage(f"Judging on {len(rows):,} rows")
    features = matrix.features[rows]
    fitted = counted(matrix, weights, Part.FIT)
    fit_rates = (
        np.bincount(matrix.labels[fitted], weights=weights[fitted], minlength=len(CLASSES)) / weights[fitted].sum()
    )
    p = model.probabilities(features)
    sample = _Sample(
        p, model.decisions(p), matrix.labels[rows], matrix.users[rows], matrix.oracle[rows], weights[rows], fit_rates
    )
    on_stage("Drawing other users, segment by segment")
    document = {
        **sample.figures(0, ECE_LIMIT, seed),
        "outside": _outside(model, matrix, features),
        "cold_start": cold_start(matrix, weights, p),
        "segments": {
            name: sample.where(mask[rows]).figures(SEGMENT_ROWS, SEGMENT_ECE_LIMIT, seed)
            for name, mask in segments(matrix).items()
            if mask[rows].any()
        },
    }
    on_stage("Comparing with what is simpler")
    said = {name: baseline.probabilities(features) for name, baseline in baselines.items()}
    ways = {MODEL: [p[:, 1:]]}
    for name, baseline in baselines.items():
        ways[name] = [baseline.scores(features), said[name][:, 1:]]
    reference = model.metadata.get("drift_reference") or reference_of_fit(matrix, weights, model.probabilities)
    return {
        **document,
        "baselines": {
            name: {**_simpler(sample, p, ways[name][0]), "chosen": baselines[name].chosen} for name, p in said.items()
        },
        "messages": compare(ways, sample.labels, sample.weights, sample.oracle, MODEL),
        "curves": _curves(sample, {name: scores[0] for name, scores in ways.items()}),
        "drift": drift(reference, features, sample.labels, p, sample.weights, matrix.feature_names),
    }


def _simpler(sample: _Sample, p: Floats, scores: Floats) -> dict[str, Any]:
    """A baseline's metrics, its PR-AUC by the scores that it puts rows in order by."""
    known = evaluate(p, p.argmax(axis=1).astype(np.int8), sample.labels, sample.oracle, sample.weights)
    for c, side in enumerate(CLASSES):
        if c:
            known["classes"][side]["pr_auc"] = pr_auc(scores[:, c - 1], sample.labels == c, sample.weights)
    return known


def _against(known: Mapping[str, Any], around: Mapping[str, Any] | None) -> Standing:
    if known["log_loss"] >= known["base_rate_log_loss"]:
        return Standing.NO_BETTER
    return Standing.BETTER if around is not None and around["below_base_rate"][0] > 0.0 else Standing.UNCLEAR


def _outside(model: JudgedModel, matrix: TrainingMatrix, features: NDArray[np.float32]) -> float | None:
    ranges = model.metadata.get("feature_ranges")
    if ranges is None:
        return None
    return float((~seen_of(ranges, matrix.feature_names).inside(features)).mean())


def _curves(sample: _Sample, ways: Mapping[str, Floats]) -> dict[str, Any]:
    """By side, the calibration of the model, and the precision and recall of each way and of the oracle."""
    known = dict(ways) if np.isnan(sample.oracle).any() else {**ways, "oracle": sample.oracle}
    return {
        side: {
            "calibration": calibration_curve(sample.p[:, c], sample.labels == c, sample.weights),
            "precision_recall": {
                name: pr_curve(scores[:, c - 1], sample.labels == c, sample.weights) for name, scores in known.items()
            },
        }
        for c, side in enumerate(CLASSES)
        if c
    }
