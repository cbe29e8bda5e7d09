"""Portfolios in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.items import PortfolioItem
from divisa.domain.pair import Pair, from_minor, to_minor
from divisa.domain.portfolio import Portfolio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from divisa.adapters.aws.table import Image, Table


class DynamoPortfolios:
    """`Portfolios` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Portfolio]:
        """Portfolios by user; users without one are absent."""
        images = self._table.get_many((user_id, str(pair)) for user_id in user_ids)
        return {portfolio.user_id: portfolio for portfolio in self._table.read_all(images, portfolio_of)}

    def put_many(self, portfolios: Iterable[Portfolio]) -> None:
        """Write portfolios, whatever was there."""
        self._table.put_many(map(portfolio_item, portfolios))


def portfolio_item(portfolio: Portfolio) -> PortfolioItem:
    """The item of a portfolio."""
    pair = portfolio.pair
    return PortfolioItem(
        user_id=portfolio.user_id,
        pair=str(pair),
        base_balance_minor=to_minor(portfolio.base_balance, pair.base),
        quote_balance_minor=to_minor(portfolio.quote_balance, pair.quote),
        base_cost_minor=to_minor(portfolio.base_cost, pair.quote),
        realised_pnl_minor=to_minor(portfolio.realised_pnl, pair.quote),
        sequence=portfolio.sequence,
        traded_at=portfolio.traded_at,
    )


def portfolio_of(image: Image) -> Portfolio:
    """The portfolio in an item."""
    item = PortfolioItem.from_raw_data(image)
    pair = Pair.parse(item.pair)
    return Portfolio(
        user_id=item.user_id,
        pair=pair,
        base_balance=from_minor(int(item.base_balance_minor), pair.base),
        quote_balance=from_minor(int(item.quote_balance_minor), pair.quote),
        base_cost=from_minor(int(item.base_cost_minor), pair.quote),
        realised_pnl=from_minor(int(item.realised_pnl_minor), pair.quote),
        sequence=int(item.sequence),
        traded_at=item.traded_at,
    )
