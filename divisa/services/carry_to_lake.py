"""What the tables hold of suggestions is carried on to the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.outcome import arm_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import LakeDoors


@dataclass(frozen=True, slots=True)
class CarryToLake:
    """Hands in what is written; doing it again is harmless, since the lake has each suggestion once."""

    doors: LakeDoors

    def __call__(self, suggestions: Sequence[Suggestion], outcomes: Sequence[Outcome]) -> int:
        """Hand in outcomes, and those suggestions that are part of the experiment. Returns how many of both were.

        What the policy objected to is in the decision log alone, and what quiet hours hold is made anew later.

        Raises:
            StreamUnavailable: a door did not take all of its own; hand all of them in again.
        """
        made = [each for each in suggestions if arm_in(each) is not None]
        if made:
            self.doors.put_suggestions(made)
        if outcomes:
            self.doors.put_outcomes(outcomes)
        return len(made) + len(outcomes)
