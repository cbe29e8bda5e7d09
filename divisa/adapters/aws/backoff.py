"""Bounded retries with exponential back-off and full jitter."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import SystemRandom
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RANDOM = SystemRandom()


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often to try, and how long to wait in between.

    The wait before try n + 1 is drawn evenly from 0 to `base` · 2ⁿ⁻¹, at most `cap`, so that many callers who failed
    together do not come back together (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

    Attributes:
        attempts: tries altogether, at least one.
        base: seconds, the longest first wait.
        cap: seconds, the longest wait.
        sleep: how to wait.
    """

    attempts: int = 6
    base: float = 0.05
    cap: float = 2.0
    sleep: Callable[[float], None] = time.sleep

    def tries(self) -> Iterator[int]:
        """Numbers of the tries, from 0, with a wait before each but the first; leave the loop on success."""
        for attempt in range(self.attempts):
            if attempt:
                self.sleep(_RANDOM.uniform(0.0, min(self.cap, self.base * 2.0 ** (attempt - 1))))
            yield attempt
