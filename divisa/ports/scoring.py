"""The model behind its endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from divisa.domain.features import Question


@dataclass(frozen=True, slots=True)
class Scores:
    """The model's answer for n rows.

    Attributes:
        probabilities: float64, shape (n, 3), columns HOLD, BUY, SELL, rows sum to 1.
        decisions: int8, shape (n,), values of `Decision`.
        lower, upper: the decision band, log price, float64, shape (n,): the decision is the same wherever
            lower <= x < upper; infinite where it never changes.
        reach_lower, reach_upper: of a side's, the band and on over HOLD that is narrower than the question's margin,
            as often as the same side comes again behind it; else the band.
        quiet_lower, quiet_upper: the reach, and beside a side's also HOLD, no farther than the margin.
        inside: whether every feature, at the price that was asked about, lies in the range that the model was trained
            on; bool, shape (n,).
        effects: what telling the decided side is expected to add to its probability, −1 to 1, float64, shape (n,); NaN
            for HOLD, and everywhere when the model does not say.
        model_version: which model answered.
    """

    probabilities: NDArray[np.float64]
    decisions: NDArray[np.int8]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    reach_lower: NDArray[np.float64]
    reach_upper: NDArray[np.float64]
    quiet_lower: NDArray[np.float64]
    quiet_upper: NDArray[np.float64]
    inside: NDArray[np.bool_]
    effects: NDArray[np.float64]
    model_version: str


class Scorer(Protocol):
    """The model behind its endpoint."""

    def score(self, question: Question) -> Scores:
        """Probabilities, decisions and bands for n ≥ 1 users.

        Raises:
            ScorerUnavailable: no answer in time, after bounded retries.
            InvalidModel: the model does not take this question, or its answer does not fit.
        """
