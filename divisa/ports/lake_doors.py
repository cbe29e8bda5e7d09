"""The lake's doors for what the tables hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion


class LakeDoors(Protocol):
    """Where suggestions, and what became of them, go into the lake."""

    def put_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Hand suggestions in. Handing them in again is safe: a suggestion has an id.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """

    def put_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Hand outcomes in, in any order: of those of a suggestion the one counts in the lake that knows most.

        Raises:
            StreamUnavailable: as above.
        """
