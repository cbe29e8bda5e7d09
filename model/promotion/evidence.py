"""What two models are compared on: questions of which is known what their users did."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.features import QUESTION_NAMES
from model.evaluate import losses
from model.inference import CLASSES
from model.judging.segments import segments
from model.matrix import take_rows
from model.weights import unprompted_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix


@dataclass(frozen=True)
class Evidence:
    """Rows that neither model has learned from, of people whom nobody had told anything.

    Attributes:
        name: where they come from, in words.
        matrix: the rows; what counts nothing is not among them.
        questions: what a model is asked about each, float64, shape (n, len(QUESTION_NAMES)).
        weights: what each row counts, float64, shape (n,), positive.
        is_chosen: whether the moments were chosen by the live model, as those of a log are: then claims that were made
            about any day hold only in part.
    """

    name: str
    matrix: TrainingMatrix
    questions: NDArray[np.float64]
    weights: NDArray[np.float64]
    is_chosen: bool

    @property
    def labels(self) -> NDArray[np.int8]:
        """Class index of what each user did, shape (n,)."""
        return self.matrix.labels

    @property
    def users(self) -> NDArray[np.int32]:
        """Number of each row's user, shape (n,)."""
        return self.matrix.users

    @cached_property
    def people(self) -> int:
        """How many users there are."""
        return len(np.unique(self.matrix.users))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.matrix.labels)

    def segments(self) -> Mapping[str, NDArray[np.bool_]]:
        """Masks of the rows by kind of user, pair and group."""
        return segments(self.matrix)

    def constant_losses(self) -> NDArray[np.float64]:
        """Log loss of each row, shape (n,), if the best constant had been said: the weighted shares of the classes."""
        counts = np.bincount(self.labels, self.weights, minlength=len(CLASSES))
        shares = counts / counts.sum()
        return losses(np.broadcast_to(shares, (len(self), len(CLASSES))), self.labels)


def evidence_of(
    name: str, matrix: TrainingMatrix, questions: NDArray[np.float64] | None = None, *, is_chosen: bool = False
) -> Evidence:
    """The rows of a matrix that count as evidence: those of people who had not been told anything.

    Args:
        name: where the rows come from.
        matrix: rows that neither model has learned from.
        questions: what was asked about each; None to ask about the features as they are.
        is_chosen: whether the live model has chosen the moments.
    """
    weights = unprompted_weights(matrix)
    counts = weights > 0
    kept = take_rows(matrix, counts)
    asked = questions_of_features(kept.features) if questions is None else questions[counts]
    return Evidence(name, kept, asked, weights[counts], is_chosen)


def questions_of_features(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Questions that ask about features as they are, float64, shape (n, len(QUESTION_NAMES)).

    With slope 1 at x = 0 a price feature is its intercept. Bands of such a question mean nothing; its probabilities do.

    >>> from divisa.domain.features import FEATURE_NAMES, question_of_rows
    >>> row = np.arange(len(FEATURE_NAMES), dtype=np.float32)[None, :]
    >>> bool((question_of_rows(questions_of_features(row)).features() == row).all())
    True
    """
    n, price = len(features), len(QUESTION_NAMES) - 2 - features.shape[1]
    moving, state = np.split(features.astype(np.float64), [price], axis=1)
    return np.concatenate([np.zeros((n, 1)), np.ones((n, price)), moving, state, np.full((n, 1), np.nan)], axis=1)
