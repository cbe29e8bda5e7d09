"""Past prices of a pair."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.history import BarAnswer, HistoryAnswer
from api_handlers.bodies.scalars import Absent, Moment, PairInPath
from api_handlers.responses import answer, documented, success
from api_handlers.security import USER
from divisa.bootstrap import market
from divisa.domain.bars import Bar, Interval
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.read_bars import ReadBars

router = APIGatewayHttpRouter()
USUAL: Final = 200
"""Bars when no limit is given: about as many as a phone's screen shows apart."""
MICROS: Final = Decimal("0.000001")


@cache
def _read() -> ReadBars:
    return market.read_bars(ApiSettings.from_environment())


@router.get(
    "/v1/quotes/<pair>/history",
    operation_id="get_quote_history",
    tags=["quotes"],
    summary="Past prices of a pair, for a chart",
    description=(
        "The newest bars that start in the stretch from `since` to before `until`. It ends with the newest quote at "
        "the latest, and reaches back twice the time that `limit` bars take and four days more; for what is older, "
        "ask again with `until` the `start` of the oldest bar. Minutes are kept for two weeks, hours for a year."
    ),
    security=USER,
    responses=documented({200: success("Bars, the oldest first", HistoryAnswer)}, 404, 422),
)
def get_quote_history(
    pair: PairInPath,
    interval: Annotated[Interval, Query(description="How long a bar is.")],
    since: Annotated[Moment | Absent, Query(description="Bars that start then or later.")] = None,
    until: Annotated[Moment | Absent, Query(description="Bars that start before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many bars.")] = USUAL,
) -> Response[str]:
    """The bars of a chart."""
    found = _read()(pair, interval, since=since, until=until, limit=limit)
    return answer(200, HistoryAnswer(pair=pair, interval=interval, bars=[_body(bar) for bar in found]))


def _body(bar: Bar) -> BarAnswer:
    return BarAnswer(
        start=bar.start, open=_price(bar.open), high=_price(bar.high), low=_price(bar.low), close=_price(bar.close)
    )


def _price(mid: Decimal) -> Decimal:
    """A mid with six decimals: that of two prices with six may have seven."""
    return mid.quantize(MICROS, ROUND_HALF_EVEN)
