"""What each row counts for the main model, which learns what people do when nobody tells them anything.

Rows of people who were told are left out. Rows of the control group, who were to be told and by chance were not, stand
for them too: a row that was kept with probability 1 − propensity counts 1 / (1 − propensity) times (Horvitz and
Thompson 1952, "A Generalization of Sampling Without Replacement From a Finite Universe").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix

_HOLD = 0


def unprompted_weights(matrix: TrainingMatrix) -> NDArray[np.float64]:
    """Weight of each row, shape (n,): 0 of who was told, more of the control group, the row's own of all others.

    Raises:
        ValueError: the propensity of a row of the control group is not known, or leaves no chance of being in it.
    """
    control = (matrix.suggested != _HOLD) & ~matrix.told
    withheld = 1.0 - matrix.propensities[control].astype(np.float64)
    if not ((withheld > 0.0) & (withheld <= 1.0)).all():
        raise ValueError("a suggestion that was held back has a propensity that is not in [0, 1)")
    weights = np.where(matrix.told, 0.0, matrix.weights.astype(np.float64))
    weights[control] /= withheld
    return weights
