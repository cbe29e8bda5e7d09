"""Decision bands beside scikit-learn's own predictions: at the price asked about, inside of the band, on its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from model.bands.rule import decide, probabilities
from model.bands.users import Users
from model.promotion.gate import GateName, judged

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

    from model.bands import Bands
    from model.promotion.artefact import OpenedModel
    from model.promotion.gate import Gate
    from model.promotion.limits import Limits

POINTS = 5
"""Random points inside a band that scikit-learn is asked at."""
FARTHEST = 0.3
"""Log price from the one asked about beyond which no point is drawn."""
_SEED = 1


class Reference(NamedTuple):
    """A fitted classifier with the rule by which its scores become decisions."""

    classifier: HistGradientBoostingClassifier
    temperature: float
    thresholds: tuple[float, float]

    def said(self, users: Users) -> NDArray[np.int8]:
        """Decisions on scikit-learn's own raw scores, shape (n,)."""
        raw = np.asarray(self.classifier.decision_function(users.features()), dtype=np.float64)
        return decide(probabilities(raw, self.temperature), self.thresholds)


class Disagreements(NamedTuple):
    """What was compared.

    Attributes:
        points_inside: points inside of bands.
        edges: finite edges, each looked at from both sides.
        mismatches: prices at which bands and scikit-learn say different things.
    """

    points_inside: int
    edges: int
    mismatches: int


def disagreements(reference: Reference, users: Users, told: Bands) -> Disagreements:
    """Where scikit-learn says otherwise than the bands of these users: inside, or on the wrong side of an edge."""
    chances = np.random.default_rng(_SEED)
    wrong = int((reference.said(users) != told.decision).sum())
    low = np.maximum(told.lower, users.x - FARTHEST)
    last = np.minimum(np.nextafter(told.upper, -np.inf), users.x + FARTHEST)
    inside = 0
    for _ in range(POINTS):
        x = np.clip(low + (last - low) * chances.random(len(low)), low, last)
        inside += int((reference.said(users._replace(x=x)) != told.decision).sum())
    no_flip = 0
    for edge, within, beyond in (
        (told.upper, np.nextafter(told.upper, -np.inf), told.upper),
        (told.lower, told.lower, np.nextafter(told.lower, -np.inf)),
    ):
        finite = np.isfinite(edge)
        for x, same in ((within, True), (beyond, False)):
            said = reference.said(users._replace(x=np.where(finite, x, users.x)))
            no_flip += int((((said == told.decision) != same) & finite).sum())
    return Disagreements(
        POINTS * len(users.x), int(np.isfinite([told.lower, told.upper]).sum()), wrong + inside + no_flip
    )


def equal_bands(model: OpenedModel, questions: NDArray[np.float64], limits: Limits) -> Gate:
    """Whether bands of the first questions, shape (n, columns), are what scikit-learn says around them."""
    served, price = model.served, model.served.ensemble.price_features
    x, slope, intercept, state, _ = np.split(
        questions[: limits.bands_rows], [1, 1 + price, 1 + 2 * price, questions.shape[1] - 1], axis=1
    )
    users = Users(x[:, 0], slope, intercept, state.astype(np.float32))
    told = served.bands.bands(served.ensemble, served.temperature, served.thresholds, *users)
    found = disagreements(Reference(model.classifier, served.temperature, served.thresholds), users, told)
    says = (
        f"bands and scikit-learn differ at {found.mismatches} of {found.points_inside:,} prices inside of bands "
        f"and on the sides of {found.edges:,} edges"
    )
    return judged(
        GateName.OTHER_BANDS,
        found.mismatches <= limits.max_disagreements,
        says,
        measured=found.mismatches,
        limit=limits.max_disagreements,
    )
