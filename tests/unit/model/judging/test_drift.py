from __future__ import annotations

import json

import numpy as np
import pytest

from model.judging.drift import Verdict, drift, psi, reference_of, verdict

CHANCES = np.random.default_rng(2)
ROWS = 5000
FEATURES = CHANCES.normal(size=(ROWS, 2)).astype(np.float32)
FEATURES[CHANCES.random(ROWS) < 0.2, 1] = np.nan
LABELS = CHANCES.choice(3, ROWS, p=[0.9, 0.06, 0.04])
P = CHANCES.dirichlet([18, 1, 1], ROWS)
ONES = np.ones(ROWS)
NAMES = ("gain", "age")
REFERENCE = json.loads(json.dumps(reference_of(FEATURES, LABELS, P, ONES, NAMES)))


def test_rows_have_not_drifted_from_themselves() -> None:
    found = drift(REFERENCE, FEATURES, LABELS, P, ONES, NAMES)

    assert found["features"] == pytest.approx({"gain": 0.0, "age": 0.0})
    assert found["scores"] == pytest.approx({"BUY": 0.0, "SELL": 0.0})
    assert (found["labels"], found["blocks"]) == (pytest.approx(0.0), False)


def test_each_bin_of_the_reference_holds_a_tenth_of_what_is_known_and_the_last_what_is_not() -> None:
    assert REFERENCE["features"]["gain"]["shares"] == pytest.approx([0.1] * 10 + [0.0], abs=0.001)
    age = REFERENCE["features"]["age"]["shares"]
    assert age[-1] == pytest.approx(np.isnan(FEATURES[:, 1]).mean())
    assert age[:-1] == pytest.approx([(1.0 - age[-1]) / 10] * 10, abs=0.001)


def test_a_feature_that_moved_is_found_and_named_first() -> None:
    moved = FEATURES.copy()
    moved[:, 1] += 1.0

    found = drift(REFERENCE, moved, LABELS, P, ONES, NAMES)

    assert list(found["features"]) == ["age", "gain"]
    assert found["features"]["age"] > 0.25 > found["features"]["gain"]
    assert found["verdict"]["features"] == Verdict.DRIFTED
    assert not found["blocks"], "features alone block nothing"


def test_a_feature_that_went_missing_has_drifted() -> None:
    lost = FEATURES.copy()
    lost[:, 0] = np.nan

    assert drift(REFERENCE, lost, LABELS, P, ONES, NAMES)["features"]["gain"] > 0.25


def test_scores_or_labels_that_drifted_block() -> None:
    eager = drift(REFERENCE, FEATURES, LABELS, P[:, [1, 0, 2]], ONES, NAMES)
    busy = drift(REFERENCE, FEATURES, np.where(CHANCES.random(ROWS) < 0.3, 1, LABELS), P, ONES, NAMES)

    assert eager["verdict"]["scores"] == busy["verdict"]["labels"] == Verdict.DRIFTED
    assert eager["blocks"]
    assert busy["blocks"]


def test_labels_may_be_unknown_yet() -> None:
    found = drift(REFERENCE, FEATURES, None, P, ONES, NAMES)

    assert (found["labels"], found["verdict"]["labels"], found["blocks"]) == (None, None, False)


def test_weights_count_as_rows() -> None:
    twice = np.where(FEATURES[:, 0] > 0.0, 2.0, 1.0)
    rows = np.repeat(np.arange(ROWS), twice.astype(int))

    weighed = drift(REFERENCE, FEATURES, LABELS, P, twice, NAMES)

    assert weighed["features"] == pytest.approx(
        drift(REFERENCE, FEATURES[rows], LABELS[rows], P[rows], np.ones(len(rows)), NAMES)["features"]
    )


def test_a_feature_that_nobody_had_or_that_is_always_the_same_can_be_told_from_one_that_changed() -> None:
    odd = FEATURES.copy()
    odd[:, 0], odd[:, 1] = 7.0, np.nan
    reference = reference_of(odd, LABELS, P, ONES, NAMES)

    assert drift(reference, odd, LABELS, P, ONES, NAMES)["features"] == pytest.approx({"gain": 0.0, "age": 0.0})
    assert min(drift(reference, FEATURES, LABELS, P, ONES, NAMES)["features"].values()) > 0.25


def test_the_customary_limits() -> None:
    assert [verdict(value) for value in (0.0999, 0.1, 0.2499, 0.25)] == [
        Verdict.STABLE,
        Verdict.SHIFTING,
        Verdict.SHIFTING,
        Verdict.DRIFTED,
    ]


def test_the_index_is_the_same_both_ways_and_finite_for_what_never_was() -> None:
    then, now = np.array([0.7, 0.3, 0.0]), np.array([0.2, 0.4, 0.4])

    assert psi(then, now) == pytest.approx(psi(now, then))
    assert 0.0 < psi(then, now) < 10.0
