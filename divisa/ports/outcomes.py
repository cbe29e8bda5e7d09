"""What became of suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion


class Outcomes(Protocol):
    """The table of outcomes, one a suggestion. Every method raises StoreUnavailable when it does not answer."""

    def put_many(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes in the place of what was known before; the same ones again change nothing."""

    def known_until(self, suggestions: Iterable[Suggestion]) -> Mapping[str, datetime]:
        """Until when events count in what is known of each, UTC, by its id; those without an outcome are absent."""

    def of_user(self, user_id: str) -> Sequence[Outcome]:
        """Every outcome of a user, newest first; those of one moment by their ids, the greatest first."""

    def all(self) -> Iterator[Outcome]:
        """Every outcome there is, in no order (reports, small tables)."""
