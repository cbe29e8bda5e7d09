"""Doors that keep what is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion


class MemoryLakeDoors:
    """`LakeDoors` as lists.

    Attributes:
        suggestions: what was handed in, in order; one that was handed in twice is there twice.
        outcomes: the same of outcomes.
    """

    def __init__(self) -> None:
        self.suggestions: list[Suggestion] = []
        self.outcomes: list[Outcome] = []

    def put_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Keep suggestions."""
        self.suggestions.extend(suggestions)

    def put_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Keep outcomes."""
        self.outcomes.extend(outcomes)
