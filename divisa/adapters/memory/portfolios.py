"""Portfolios in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio


class MemoryPortfolios:
    """`Portfolios` of one process."""

    def __init__(self) -> None:
        self._by_pair: dict[Pair, dict[str, Portfolio]] = {}

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Portfolio]:
        """Portfolios by user; users without one are absent."""
        stored = self._by_pair.get(pair, {})
        return {user_id: stored[user_id] for user_id in user_ids if user_id in stored}

    def of_user(self, user_id: str) -> Sequence[Portfolio]:
        """All portfolios of a user, by pair."""
        return [stored[user_id] for _, stored in sorted(self._by_pair.items()) if user_id in stored]

    def put_many(self, portfolios: Iterable[Portfolio]) -> None:
        """Write portfolios, whatever was there."""
        for portfolio in portfolios:
            self._by_pair.setdefault(portfolio.pair, {})[portfolio.user_id] = portfolio

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        return sum(stored.pop(user_id, None) is not None for stored in self._by_pair.values())
