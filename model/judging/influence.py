"""Which features the model's probabilities hang on, and how: measured on the probabilities as they are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.utils import ClassifierTags, Tags, TargetTags

from model.evaluate import log_loss
from model.inference import CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from model.judging.judged import JudgedModel

    Floats = NDArray[np.float64]

ROWS: Final = 4_000
"""At most so many rows are shuffled: the order of the features is plain with fewer than all."""
SHUFFLES: Final = 3
CURVE_ROWS: Final = 1_000
GRID: Final = 20
"""Values of a feature, from its 1st to its 99th percentile, that the average probability is taken at."""
DRAWN: Final = 6
"""Of the features that matter most, so many get a curve."""


class _Classifier:
    """The judged model as a classifier that scikit-learn's inspection takes."""

    def __init__(self, model: JudgedModel) -> None:
        self.model = model
        self.classes_ = np.arange(len(CLASSES))

    def fit(self, features: NDArray[np.float32], labels: NDArray[Any]) -> _Classifier:
        """Nothing: the model is fitted."""
        return self

    def predict_proba(self, features: NDArray[np.float32]) -> Floats:
        """Probabilities, shape (n, 3), of float32 features, shape (n, columns)."""
        return self.model.probabilities(features)

    def __sklearn_tags__(self) -> Tags:
        """What it is: a classifier that needs no fitting."""
        return Tags("classifier", TargetTags(required=True), classifier_tags=ClassifierTags(), requires_fit=False)


def importance(
    model: JudgedModel,
    features: NDArray[np.float32],
    labels: NDArray[Any],
    weights: Floats,
    names: Sequence[str],
    *,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """By feature, by how much log loss grows when its values are shuffled among the rows; the greatest first.

    `mean` and `std` are over SHUFFLES shuffles. What two features both tell is ascribed to neither. Breiman, "Random
    Forests", Machine Learning 45, 2001.

    Args:
        model: whose probabilities.
        features: float32, shape (n, columns), n > 0.
        labels: class indices, shape (n,).
        weights: what each row counts, shape (n,).
        names: of the columns.
        seed: of the choice of rows and of the shuffles.
    """
    rows = _some(len(labels), ROWS, seed)

    def score(classifier: _Classifier, x: NDArray[np.float32], y: NDArray[Any]) -> float:
        return -log_loss(classifier.predict_proba(x), y, weights[rows])

    found = permutation_importance(
        _Classifier(model), features[rows], labels[rows], scoring=score, n_repeats=SHUFFLES, random_state=seed
    )
    order = np.argsort(-found.importances_mean, kind="stable")
    return {names[k]: {"mean": float(found.importances_mean[k]), "std": float(found.importances_std[k])} for k in order}


def dependence(
    model: JudgedModel,
    features: NDArray[np.float32],
    weights: Floats,
    names: Sequence[str],
    wanted: Sequence[str],
    *,
    seed: int = 0,
) -> dict[str, dict[str, list[float]]]:
    """By feature, the average probability of each side if all rows had this value of it (`values`, `BUY`, `SELL`).

    Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29(5), 2001. A feature
    with fewer than two known values has no curve.
    """
    rows = _some(len(features), CURVE_ROWS, seed)
    curves = {}
    for name in wanted:
        column = names.index(name)
        values = features[:, column][np.isfinite(features[:, column])]
        grid = np.unique(np.quantile(values, np.linspace(0.01, 0.99, GRID))) if len(values) else values
        if len(grid) < 2:
            continue
        found = partial_dependence(
            _Classifier(model),
            features[rows],
            [column],
            sample_weight=weights[rows],
            response_method="predict_proba",
            method="brute",
            kind="average",
            custom_values={column: grid},
        )
        curves[name] = {
            "values": grid.tolist(),
            **{side: found["average"][c].tolist() for c, side in enumerate(CLASSES) if c},
        }
    return curves


def inspect(
    model: JudgedModel,
    features: NDArray[np.float32],
    labels: NDArray[Any],
    weights: Floats,
    names: Sequence[str],
    *,
    seed: int = 0,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> dict[str, Any]:
    """`importance` of all features and `partial_dependence` of the DRAWN most important ones."""
    on_stage("Shuffling features")
    found = importance(model, features, labels, weights, names, seed=seed)
    on_stage("Varying the features that matter most")
    return {
        "importance": found,
        "partial_dependence": dependence(model, features, weights, names, list(found)[:DRAWN], seed=seed),
    }


def _some(many: int, at_most: int, seed: int) -> NDArray[np.int64]:
    """Indices of so many rows at most, by seed, in growing order."""
    if many <= at_most:
        return np.arange(many)
    return np.sort(np.random.default_rng(seed).choice(many, at_most, replace=False))
