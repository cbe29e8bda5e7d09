"""What is known of users: what they hold, how they have traded, how they may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.recipient import Recipient


class Portfolios(Protocol):
    """The portfolio table."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Portfolio]:
        """Portfolios by user; users without one are absent."""

    def put_many(self, portfolios: Iterable[Portfolio]) -> None:
        """Write portfolios, whatever was there (seeding)."""


class Summaries(Protocol):
    """The table of behaviour summaries."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, BehaviourSummary[float]]:
        """Summaries by user, equal to the last bit to what was put; users without one are absent."""

    def put_many(self, pair: Pair, summaries: Mapping[str, BehaviourSummary[float]]) -> None:
        """Write summaries, whatever was there (seeding)."""


class Recipients(Protocol):
    """The table of people who may be told."""

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Recipients by user; unknown users are absent."""

    def put_many(self, recipients: Iterable[Recipient]) -> None:
        """Write recipients, whatever was there (seeding)."""
