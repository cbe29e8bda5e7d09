"""A model inside this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from divisa.adapters.scores import EDGES, checked_scores
from divisa.domain.errors import InvalidModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from divisa.domain.features import Question
    from divisa.ports import Scores


class Answer(Protocol):
    """What a model says about n users: the columns of `Scores`, but for what it has seen."""

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Of HOLD, BUY and SELL, shape (n, 3)."""

    @property
    def decision(self) -> NDArray[np.int8]:
        """Values of `Decision`, shape (n,)."""

    @property
    def lower(self) -> NDArray[np.float64]:
        """Lower edges of the bands, log price, shape (n,)."""

    @property
    def upper(self) -> NDArray[np.float64]:
        """Upper edges of the bands, log price, shape (n,)."""

    @property
    def reach_lower(self) -> NDArray[np.float64]:
        """Lower edges of the reaches, log price, shape (n,)."""

    @property
    def reach_upper(self) -> NDArray[np.float64]:
        """Upper edges of the reaches, log price, shape (n,)."""

    @property
    def quiet_lower(self) -> NDArray[np.float64]:
        """Lower edges of the quiet, log price, shape (n,)."""

    @property
    def quiet_upper(self) -> NDArray[np.float64]:
        """Upper edges of the quiet, log price, shape (n,)."""


def everybody(question: Question) -> NDArray[np.bool_]:
    """Of whom a rule has seen the like that was never trained: everybody, shape (n,)."""
    return np.ones(len(question.x), dtype=np.bool_)


def unsaid(question: Question, decisions: NDArray[np.int8]) -> NDArray[np.float64] | None:
    """What telling adds, of a model that does not say."""
    return None


class MemoryScorer:
    """A `Scorer` around functions of a question, such as a fitted model's with its bands."""

    def __init__(
        self,
        answer: Callable[[Question], Answer],
        *,
        inside: Callable[[Question], NDArray[np.bool_]] = everybody,
        effects: Callable[[Question, NDArray[np.int8]], NDArray[np.float64] | None] = unsaid,
        model_version: str = "memory",
    ) -> None:
        """Of which functions it is made.

        Args:
            answer: what is answered.
            inside: whether features lie in the range of training, bool, shape (n,).
            effects: what telling the decided sides adds, float64, shape (n,), NaN where it is not said; None where it
                is said of nobody.
            model_version: by which model.
        """
        self._answer = answer
        self._inside = inside
        self._effects = effects
        self._model_version = model_version

    def score(self, question: Question) -> Scores:
        """Probabilities, decisions and bands for n ≥ 1 users.

        Raises:
            InvalidModel: the function does not take this question, or its answer does not fit.
        """
        try:
            answer, inside = self._answer(question), self._inside(question)
            effects = self._effects(question, answer.decision)
        except (ValueError, TypeError, IndexError) as error:
            raise InvalidModel("the model does not take this question") from error
        return checked_scores(
            np.asarray(answer.probabilities, dtype=np.float64),
            np.asarray(answer.decision, dtype=np.int8),
            [np.asarray(getattr(answer, edge), dtype=np.float64) for edge in EDGES],
            inside,
            effects,
            self._model_version,
            question.x,
        )
