from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain.features import FEATURE_NAMES
from model.judging.influence import dependence, importance

if TYPE_CHECKING:
    from model.judging.judged import JudgedModel
    from model.matrix import TrainingMatrix

USED = {FEATURE_NAMES[0], FEATURE_NAMES[2], FEATURE_NAMES[3], FEATURE_NAMES[9]}
"""What the small model of tests hangs on."""


def test_the_features_that_the_model_hangs_on_matter_most(rows: TrainingMatrix, judged: JudgedModel) -> None:
    some = slice(0, 400)
    found = importance(judged, rows.features[some], rows.labels[some], np.ones(400), FEATURE_NAMES)

    assert list(found) == sorted(found, key=lambda name: -found[name]["mean"])
    assert set(list(found)[:2]) <= USED
    assert all(one["std"] >= 0.0 for one in found.values())


def test_a_curve_is_the_average_probability_with_the_feature_set_to_each_value(
    rows: TrainingMatrix, judged: JudgedModel
) -> None:
    features, name = rows.features[:200].copy(), FEATURE_NAMES[0]
    weights = np.arange(1.0, 201.0)
    curve = dependence(judged, features, weights, FEATURE_NAMES, [name])[name]

    features[:, 0] = curve["values"][3]
    by_hand = np.average(judged.probabilities(features), weights=weights, axis=0)
    assert [curve["BUY"][3], curve["SELL"][3]] == pytest.approx(by_hand[1:].tolist(), rel=1e-6)
    assert curve["BUY"][0] > curve["BUY"][-1], "the small model buys when the first feature is low"


def test_a_feature_without_two_known_values_has_no_curve(rows: TrainingMatrix, judged: JudgedModel) -> None:
    features = rows.features[:50].copy()
    features[:, 0], features[:, 1] = np.nan, 3.0

    assert dependence(judged, features, np.ones(50), FEATURE_NAMES, FEATURE_NAMES[:2]) == {}
