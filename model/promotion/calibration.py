"""Probabilities beside frequencies: the expected calibration error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.evaluate import calibration_error
from model.inference import CLASSES
from model.promotion.gate import GateName, judged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.promotion.evidence import Evidence
    from model.promotion.gate import Gate
    from model.promotion.limits import Limits


def calibrated(
    evidence: Evidence, candidate: NDArray[np.float64], live: NDArray[np.float64] | None, limits: Limits
) -> Gate:
    """Whether what is said happens as often as it is said.

    On moments that the live model has chosen every model is off, since it is asked where another one changed its mind:
    there it is enough to be no further off than the live one.
    """
    error = _largest(evidence, candidate)
    limit, of_what = limits.max_calibration_error, ""
    if evidence.is_chosen and live is not None and (before := _largest(evidence, live)) > limit:
        limit, of_what = before, ", the live model's on these chosen moments"
    says = f"calibration error {error:.4f}, at most {limit:.4f} allowed{of_what}"
    return judged(GateName.UNCALIBRATED, error <= limit, says, measured=error, limit=limit, on=evidence.name)


def _largest(evidence: Evidence, p: NDArray[np.float64]) -> float:
    return max(calibration_error(p[:, c], evidence.labels == c, evidence.weights) for c in range(len(CLASSES)))
