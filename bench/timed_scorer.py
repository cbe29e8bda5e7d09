"""A model in this process that is counted and timed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from divisa.adapters.memory.scorer import MemoryScorer

if TYPE_CHECKING:
    from divisa.domain.features import Question
    from divisa.ports import Scores


class TimedScorer(MemoryScorer):
    """A `Scorer` that knows what it was asked, and how long it took.

    Attributes:
        rows: users that it was asked about so far, at one price each.
        seconds: that it took to answer.
    """

    rows = 0
    seconds = 0.0

    def score(self, question: Question) -> Scores:
        """As `MemoryScorer`, counted and timed."""
        started = time.perf_counter()
        scores = super().score(question)
        self.seconds += time.perf_counter() - started
        self.rows += len(question.x)
        return scores
