from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from model.bands import UnusableEnsemble, ensemble, flatten
from tests.unit.model.bands.builders import PRICE, fitted

ROWS = np.random.default_rng(0).normal(size=(120, 4))
LABELS = np.arange(120) % 3


def test_another_release_of_scikit_learn_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sklearn, "__version__", "1.8.2")

    with pytest.raises(UnusableEnsemble, match=r"internals of scikit-learn 1\.8\.2 are not known"):
        flatten(fitted("usual").classifier, PRICE)


def test_categorical_features_are_refused() -> None:
    rows = ROWS.copy()
    rows[:, 3] = np.arange(120) % 4
    classifier = HistGradientBoostingClassifier(categorical_features=[3], max_iter=2).fit(rows, LABELS)

    with pytest.raises(UnusableEnsemble, match="categorical features"):
        flatten(classifier, 2)


@pytest.mark.parametrize(
    ("classifier", "message"),
    [
        (RandomForestClassifier(n_estimators=2).fit(ROWS, LABELS), "not a RandomForestClassifier"),
        (HistGradientBoostingClassifier(), "is not fitted"),
        (HistGradientBoostingClassifier(max_iter=2).fit(ROWS, LABELS > 0), "not of 3 classes"),
    ],
)
def test_other_models_are_refused(classifier: Any, message: str) -> None:
    with pytest.raises(UnusableEnsemble, match=message):
        flatten(classifier, 2)


def test_more_price_features_than_columns_are_refused() -> None:
    with pytest.raises(UnusableEnsemble, match="7 of 6 columns"):
        flatten(fitted("usual").classifier, 7)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("left", 0, "do not make a tree"),
        ("right", 4000, "do not make a tree"),
        ("num_threshold", np.nan, "no number"),
        ("feature_idx", 17, "not there"),
        ("is_categorical", 1, "categorical splits"),
    ],
)
def test_nodes_that_were_altered_are_refused(field: str, value: float, message: str) -> None:
    classifier = copy.deepcopy(fitted("usual").classifier)
    classifier._predictors[1][2].nodes[field][0] = value

    with pytest.raises(UnusableEnsemble, match=message):
        flatten(classifier, PRICE)


def test_nodes_without_their_fields_are_refused() -> None:
    classifier = copy.deepcopy(fitted("usual").classifier)
    tree = classifier._predictors[0][0]
    tree.nodes = tree.nodes[["value", "left", "right"]]

    with pytest.raises(UnusableEnsemble, match="lack feature_idx, is_categorical"):
        flatten(classifier, PRICE)


def test_a_classifier_that_adds_up_otherwise_than_its_trees_say_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = copy.deepcopy(fitted("usual").classifier)
    honest = classifier.decision_function
    monkeypatch.setattr(classifier, "decision_function", lambda rows: honest(rows) + 1e-15)

    with pytest.raises(UnusableEnsemble, match="do not say what the classifier says"):
        flatten(classifier, PRICE)


def test_an_ensemble_that_would_not_fit_into_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensemble, "MOST_MASKS", 10)

    with pytest.raises(UnusableEnsemble, match="more than memory should hold"):
        flatten(fitted("usual").classifier, PRICE)
