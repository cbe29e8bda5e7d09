"""The webhook for prices."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.prices import PriceBatch, PriceResult, PriceResults
from api_handlers.problem import Problem
from api_handlers.request import raw_body, require_size
from api_handlers.responses import answer, documented, success
from api_handlers.security import PROVIDER, PROVIDER_HEADERS
from divisa.bootstrap import prices
from divisa.domain.errors import Unauthenticated
from divisa.domain.signature import SignedMessage
from divisa.observability import count, count_by_reason
from divisa.settings import PricesSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import Route
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from divisa.services.take_prices import TakePrices, VerifyProvider

router = APIGatewayHttpRouter()
MAX_BYTES: Final = 256 * 1024
"""Of a body: 500 quotes have some 80,000."""


@cache
def _verify() -> VerifyProvider:
    return prices.verify_provider(PricesSettings.from_environment())


@cache
def _take() -> TakePrices:
    return prices.take_prices(PricesSettings.from_environment())


def admit_provider(event: APIGatewayProxyEventV2, _: Route) -> None:
    """Let a provider's own message pass, once; it is looked at before anything in it is read.

    Raises:
        Problem: 401 for whoever is not shown to be a provider, whatever the reason; 413.
        Refused: `replayed`.
    """
    require_size(event, MAX_BYTES)
    try:
        _verify()(_message(event))
    except Unauthenticated as error:
        count("ProvidersUnknown")
        raise Problem(401, "unauthenticated", str(error), headers={"WWW-Authenticate": "Divisa-HMAC"}) from None


def _message(event: APIGatewayProxyEventV2) -> SignedMessage:
    sent = {scheme: event.headers.get(name.lower(), "") for scheme, (name, _) in PROVIDER_HEADERS.items()}
    return SignedMessage(**sent, body=raw_body(event))


@router.post(
    "/v1/prices",
    operation_id="post_prices",
    tags=["prices"],
    summary="Deliver prices",
    description=(
        "For providers, which sign what they send. Every attempt needs a new nonce, also one that repeats a batch: "
        "what was delivered before is known by its sequence and changes nothing. 409 `replayed`: the nonce was used."
    ),
    security=PROVIDER,
    openapi_extensions={"x-max-body-bytes": MAX_BYTES},
    responses=documented(
        {202: success("The batch was read; what became of each quote", PriceResults)},
        401,
        409,
        413,
        415,
        422,
        authorized=False,
    ),
)
def post_prices(batch: Annotated[PriceBatch, Body(description="1 to 500 price events.")]) -> Response[str]:
    """Publish a provider's quotes."""
    taken = _take()(_message(router.current_event).provider, batch.quotes)
    count("PricesDelivered", sum(each.reason is None for each in taken))
    count_by_reason("PricesRejected", Counter(each.reason for each in taken if each.reason is not None))
    results = [
        PriceResult(index=index, status="accepted" if each.reason is None else "rejected", reason=each.reason)
        for index, each in enumerate(taken)
    ]
    return answer(202, PriceResults(results=results))
