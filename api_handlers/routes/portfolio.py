"""What the caller holds."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.portfolio import PortfolioAnswer, PositionAnswer, PositionPrice
from api_handlers.caller import subject
from api_handlers.responses import answer, documented, success
from api_handlers.security import USER
from divisa.bootstrap import api
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.value_portfolio import Position, ValuePortfolio

router = APIGatewayHttpRouter()
_MICROS: Final = Decimal("0.000001")


@cache
def _value() -> ValuePortfolio:
    return api.value_portfolio(ApiSettings.from_environment())


@router.get(
    "/v1/portfolio",
    operation_id="get_portfolio",
    tags=["portfolio"],
    summary="What I hold, and what it is worth at the newest good prices",
    security=USER,
    responses=documented({200: success("What the caller holds", PortfolioAnswer)}),
)
def get_portfolio() -> Response[str]:
    """Balances, average cost, value, unrealised and realised gains of every pair."""
    valuation = _value()(subject(router.current_event))
    positions = [_position(position) for position in valuation.positions]
    return answer(200, PortfolioAnswer(as_of=valuation.as_of, positions=positions))


def _position(position: Position) -> PositionAnswer:
    held, quote = position.portfolio, position.quote
    cost = held.average_cost
    return PositionAnswer(
        pair=held.pair,
        base_balance=held.base_balance,
        quote_balance=held.quote_balance,
        base_cost=held.base_cost,
        average_cost=None if cost is None else cost.quantize(_MICROS, ROUND_HALF_EVEN),
        price=None if quote is None else PositionPrice(bid=quote.bid, ask=quote.ask, time=quote.event_time),
        value=position.value,
        unrealised_pnl=position.unrealised_pnl,
        realised_pnl=held.realised_pnl,
    )
