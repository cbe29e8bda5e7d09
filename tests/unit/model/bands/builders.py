"""Small ensembles of every kind, random users, and the slow truth about their bands."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from model.bands import Bands, Ensemble, flatten
from model.bands.line import cuts_of
from model.bands.rule import decide, probabilities
from model.bands.users import Users, users_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRICE, STATE = 3, 3
KINDS: dict[str, dict[str, Any]] = {
    "stumps": {"max_leaf_nodes": 2, "max_iter": 8},
    "deep": {"max_leaf_nodes": None, "min_samples_leaf": 3, "max_iter": 4, "learning_rate": 0.5},
    "usual": {"max_leaf_nodes": 31, "max_iter": 8, "min_samples_leaf": 5},
    "shallow": {"max_depth": 3, "max_iter": 10, "learning_rate": 0.3},
    "some features": {"max_features": 0.3, "max_iter": 8, "min_samples_leaf": 5},
    "no splits": {"max_iter": 2, "min_samples_leaf": 400},
}


class Fitted(NamedTuple):
    """A classifier and what was made of it."""

    classifier: HistGradientBoostingClassifier
    ensemble: Ensemble


@cache
def fitted(kind: str, *, missing: bool = True) -> Fitted:
    """A small ensemble of a kind."""
    chances = np.random.default_rng(len(kind))
    features = chances.normal(size=(600, PRICE + STATE)).astype(np.float32)
    pull = 2.0 * features[:, 0] - features[:, 2] + features[:, 3] * np.sin(3.0 * features[:, 1])
    labels = np.where(pull > 1.0, 1, np.where(pull < -1.0, 2, 0))
    labels = np.where(chances.random(600) < 0.2, chances.integers(0, 3, 600), labels)
    if missing:
        features[chances.random(features.shape) < 0.1] = np.nan
    classifier = HistGradientBoostingClassifier(early_stopping=False, random_state=0, **KINDS[kind])
    classifier.fit(features, labels)
    return Fitted(classifier, flatten(classifier, PRICE))


def random_users(ensemble: Ensemble, seed: int, n: int = 12) -> Users:
    """Users at random prices, at cuts of their own, and next to them."""
    chances = np.random.default_rng(seed)
    slope = np.exp(chances.normal(scale=2.0, size=(n, PRICE)))
    slope[chances.random(slope.shape) < 0.4] = 1.0
    intercept = chances.normal(size=(n, PRICE)) - slope * chances.choice([0.0, 2.8], (n, 1))
    intercept[chances.random(n) < 0.3, 1] = intercept[0, 0]
    intercept[chances.random(intercept.shape) < 0.1] = np.nan
    slope[np.isnan(intercept) & (chances.random(slope.shape) < 0.5)] = np.nan
    state = chances.normal(size=(n, STATE)).astype(np.float32)
    state[chances.random(state.shape) < 0.1] = np.nan
    users = users_of(ensemble, chances.normal(size=n) + chances.choice([0.0, 2.8], n), slope, intercept, state)
    for row in range(0, n, 2):
        cuts = cuts_of(ensemble, users, row)
        if len(cuts):
            cut = chances.choice(cuts)
            users.x[row] = chances.choice([cut, np.nextafter(cut, -np.inf), np.nextafter(cut, np.inf)])
    return users


def said_by_sklearn(
    classifier: HistGradientBoostingClassifier, users: Users, temperature: float, thresholds: tuple[float, float]
) -> NDArray[np.int8]:
    """Decisions by the classifier itself, on features made as everywhere else."""
    raw = np.asarray(classifier.decision_function(users.features()), dtype=np.float64)
    return decide(probabilities(raw, temperature), thresholds)


def true_bands(
    model: Fitted, users: Users, temperature: float, thresholds: tuple[float, float]
) -> tuple[list[float], list[float]]:
    """Lower and upper edges by asking the classifier itself in every piece of each user's line."""
    lines = true_lines(model, users, temperature, thresholds)
    said = said_by_sklearn(model.classifier, users, temperature, thresholds)
    bands = [line.around(x, decision) for line, x, decision in zip(lines, users.x, said, strict=True)]
    return [lower for lower, _ in bands], [upper for _, upper in bands]


class Line(NamedTuple):
    """What the classifier decides about a user at each cut and just below it."""

    points: NDArray[np.float64]
    said: NDArray[np.int8]

    def around(self, x: float, decision: int) -> tuple[float, float]:
        """The band of a decision at x."""
        others = self.points[self.said != decision]
        below, above = others[others < x], others[others > x]
        return (
            float(np.nextafter(below.max(), np.inf)) if len(below) else -np.inf,
            float(above.min()) if len(above) else np.inf,
        )


def true_lines(model: Fitted, users: Users, temperature: float, thresholds: tuple[float, float]) -> list[Line]:
    """Every user's line, asked in one go."""
    cuts = [cuts_of(model.ensemble, users, row) for row in range(len(users.x))]
    points = [np.concatenate([of_user, np.nextafter(of_user, -np.inf)]) for of_user in cuts]
    asked = [users.at(row, x) for row, x in enumerate(points)]
    together = Users(*(np.concatenate(column) for column in zip(*asked, strict=True)))
    if not len(together.x):
        return [Line(x, np.zeros(0, np.int8)) for x in points]
    said = said_by_sklearn(model.classifier, together, temperature, thresholds)
    return [
        Line(x, of_user)
        for x, of_user in zip(points, np.split(said, np.cumsum([len(x) for x in points])[:-1]), strict=True)
    ]


def widened(told: Bands, by: float) -> Bands:
    """An answer all of whose edges are wrong."""
    lower = {name: getattr(told, name) - by for name in Bands._fields if name.endswith("lower")}
    upper = {name: getattr(told, name) + by for name in Bands._fields if name.endswith("upper")}
    return told._replace(**lower, **upper)
