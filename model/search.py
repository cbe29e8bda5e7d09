"""Which hyper-parameters do best on days that come after those that were learned from, tried one after the other.

Each candidate is fitted on the first of FIT's days and judged by log loss on the last of them, before calibration;
nothing else is looked at. The first candidate is what would be used without a search, so that a search never chooses
worse on these days. Whoever interrupts it (SIGINT: Ctrl-C) keeps what is known: the best so far is used.
"""

from __future__ import annotations

import signal
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.model_selection import ParameterSampler

from model.bands.rule import probabilities
from model.boosting import fit
from model.evaluate import log_loss
from model.matrix import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix

DAY: Final = 86_400
MOST: Final = 100
"""Candidates at most."""
JUDGING: Final = 0.2
"""Share of FIT's days that judge."""
SPACE: Final[Mapping[str, tuple[int | float, ...]]] = {
    "max_iter": (40, 60, 80, 100),
    "learning_rate": (0.03, 0.04, 0.06, 0.08, 0.12),
    "max_leaf_nodes": (6, 10, 15, 20, 31),
    "min_samples_leaf": (20, 50, 100, 200, 400),
    "max_features": (0.2, 0.35, 0.5, 0.75, 1.0),
    "l2_regularization": (0.0, 1.0, 5.0, 20.0, 80.0),
}
"""What is tried. Serving costs a user what the trees cost: 100 rounds of 31 leaves are as much as it should."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hyper-parameters, and the log loss that they came to."""

    hyper_parameters: dict[str, int | float]
    log_loss: float


@dataclass(frozen=True, slots=True)
class Search:
    """What was tried, in order.

    Attributes:
        asked: how many candidates were to be tried.
        candidates: those that were.
        fitted_until, judged_from: days since 1970 UTC: the last that they were fitted on, the first that judged.
    """

    asked: int
    candidates: tuple[Candidate, ...]
    fitted_until: int
    judged_from: int

    @property
    def best(self) -> Candidate:
        """The candidate with the least log loss, the first of equals."""
        return min(self.candidates, key=lambda candidate: candidate.log_loss)

    def description(self) -> dict[str, Any]:
        """As the artefact's metadata keep it."""
        return asdict(self)


def search(
    matrix: TrainingMatrix,
    weights: NDArray[np.float64],
    given: Mapping[str, int | float],
    asked: int,
    *,
    say: Callable[[str], None] = lambda line: None,
) -> Search:
    """Try some candidates.

    Args:
        matrix: rows of all parts.
        weights: what each row counts, shape (n,).
        given: the hyper-parameters of the first candidate; those that are not searched stay, the seed among them,
            which also draws the others.
        asked: how many candidates, 1 to MOST.
        say: told a line when a candidate is done, and when the search is interrupted.

    Raises:
        ValueError: asked for none or too many, or FIT has too few days to judge on any.
        KeyboardInterrupt: interrupted before the first candidate was done.
    """
    if not 1 <= asked <= MOST:
        raise ValueError(f"a search tries 1 to {MOST} candidates, not {asked}")
    day = matrix.at // DAY
    in_fit = matrix.part(Part.FIT) & (weights > 0)
    days = np.unique(day[in_fit])
    cut = days[int(len(days) * (1.0 - JUDGING))] if len(days) else 0
    # Labels look a day ahead, so the day before those that judge is left out.
    learning, judging = in_fit & (day < cut - 1), in_fit & (day >= cut)
    if not learning.any():
        raise ValueError("the days to fit on are too few to search on")
    learned_from = np.where(learning, weights, 0.0)
    tried: list[Candidate] = []
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for hyper_parameters in _candidates(given, asked):
            ensemble = fit(matrix, learned_from, **hyper_parameters)
            raw = np.asarray(ensemble.decision_function(matrix.features[judging]), dtype=np.float64)
            loss = log_loss(probabilities(raw, 1.0), matrix.labels[judging], weights[judging])
            tried.append(Candidate(hyper_parameters, loss))
            best = min(range(len(tried)), key=lambda number: tried[number].log_loss)
            words = ", ".join(f"{name} {hyper_parameters[name]:g}" for name in SPACE)
            say(
                f"Search {len(tried)}/{asked}: log loss {loss:.4f} with {words}; "
                f"best {tried[best].log_loss:.4f}, number {best + 1}"
            )
    except KeyboardInterrupt:
        if not tried:
            raise
        say(f"Search interrupted after {len(tried)} of {asked}: the best of them is used")
    finally:
        signal.signal(signal.SIGINT, usual)
    return Search(asked, tuple(tried), int(day[learning].max()), int(cut))


def _candidates(given: Mapping[str, int | float], asked: int) -> list[dict[str, int | float]]:
    """What was given, and then different points of the space."""
    drawn = ParameterSampler(SPACE, n_iter=asked, random_state=int(given["random_state"]))
    others = [{**given, **{name: point[name] for name in SPACE}} for point in drawn]
    return [dict(given), *(other for other in others if other != given)][:asked]
