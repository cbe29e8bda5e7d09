"""What became of suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion


class Outcomes(Protocol):
    """The table of outcomes, one a suggestion. Every method raises StoreUnavailable when it does not answer."""

    def put_many(self, outcomes: Iterable[Outcome]) -> None:
        """Write settled outcomes; the same ones again change nothing."""

    def missing(self, suggestions: Iterable[Suggestion]) -> Sequence[Suggestion]:
        """Those of which there is no outcome, in their order."""

    def of_user(self, user_id: str) -> Sequence[Outcome]:
        """Every outcome of a user, newest first; those of one moment by their ids, the greatest first."""

    def all(self) -> Iterator[Outcome]:
        """Every outcome there is, in no order (reports, small tables)."""
