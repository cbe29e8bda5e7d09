"""The live quote of a pair."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.quotes import QuoteAnswer
from api_handlers.bodies.scalars import PairInPath
from api_handlers.caller import subject
from api_handlers.responses import answer, documented, success
from api_handlers.security import USER
from divisa.bootstrap import api
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.offer_quote import OfferQuote

router = APIGatewayHttpRouter()


@cache
def _offer() -> OfferQuote:
    return api.offer_quote(ApiSettings.from_environment())


@router.get(
    "/v1/quotes/<pair>",
    operation_id="get_quote",
    tags=["quotes"],
    summary="The newest good quote of a pair, to trade at for some seconds",
    security=USER,
    responses=documented({200: success("The quote, and its id for this user", QuoteAnswer)}, 404, 422),
)
def get_quote(pair: PairInPath) -> Response[str]:
    """Offer the caller the newest quote."""
    offered = _offer()(subject(router.current_event), pair)
    quote = offered.quote
    body = QuoteAnswer(
        pair=quote.pair,
        bid=quote.bid,
        ask=quote.ask,
        time=quote.event_time,
        quote_id=offered.quote_id,
        valid_until=offered.valid_until,
        tradable=offered.tradable,
    )
    return answer(200, body)
