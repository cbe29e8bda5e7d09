"""Is the world that the candidate learned from the one that it would answer in? By the population stability index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.judging.drift import drift
from model.promotion.gate import GateName, judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from model.promotion.evidence import Evidence
    from model.promotion.gate import Gate
    from model.promotion.limits import Limits


def undrifted(evidence: Evidence, candidate: NDArray[np.float64], reference: Mapping[str, Any], limits: Limits) -> Gate:
    """Whether the rows of now resemble those that were learned from: what the model says of them, and what users do.

    Features alone refuse nothing: users grow older and markets move, and a model that is any good allows for both.

    Args:
        evidence: rows of now, at moments like those of training.
        candidate: its probabilities of them, float64, shape (n, 3).
        reference: of the rows that it learned from, as `model.judging.drift.reference_of` makes it.
        limits: where the gate closes.
    """
    names = evidence.matrix.feature_names
    found = drift(reference, evidence.matrix.features, evidence.labels, candidate, evidence.weights, names)
    every = {f"score of {side}": value for side, value in found["scores"].items()} | {"what users do": found["labels"]}
    worst = max(every, key=lambda name: every[name])
    feature = next(iter(found["features"]))
    says = (
        f"{worst} has moved by a stability index of {every[worst]:.3f} since training, below {limits.max_drift} "
        f"allowed; of the features {feature} the most, by {found['features'][feature]:.3f}"
    )
    passed = every[worst] < limits.max_drift
    return judged(GateName.DRIFT, passed, says, measured=every[worst], limit=limits.max_drift, on=evidence.name)
