"""Multinomial logistic regression on all features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from model.baselines.baseline import Baseline, Features, Floats, Rows
from model.inference import CLASSES

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

ROUNDS = 200
"""Steps of the solver at most."""


@dataclass(frozen=True)
class Logistic(Baseline):
    """What is missing becomes the median, with a column that says so; then scaling and the regression."""

    pipeline: Pipeline

    def probabilities(self, features: Features) -> Floats:
        """Of HOLD, BUY and SELL, shape (n, 3)."""
        said = np.zeros((len(features), len(CLASSES)))
        said[:, self.pipeline.classes_] = self.pipeline.predict_proba(features)
        return said


def fit_logistic(fitted: Rows) -> Logistic:
    """Fitted on some of these rows."""
    some = fitted.thinned()
    pipeline = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=ROUNDS),
    )
    # The penalty is on the scale of the rows' total weight, which must therefore be their number.
    weights = some.weights / some.weights.mean()
    return Logistic(pipeline.fit(some.features, some.labels, logisticregression__sample_weight=weights))
