"""Buying, selling, and the ledger of both."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.accepts import accepts_rather
from api_handlers.bodies.scalars import Absent, Moment, PairName
from api_handlers.bodies.transactions import KEY, Cursor, Limit, Order, SideName, TransactionAnswer, TransactionsAnswer
from api_handlers.caller import subject
from api_handlers.cursor import cursor_of, place_of
from api_handlers.ledger_csv import MEDIA_TYPE as CSV
from api_handlers.ledger_csv import ledger_csv
from api_handlers.responses import JSON, answer, documented, success
from api_handlers.security import USER
from divisa.bootstrap import api
from divisa.domain.transaction import Side
from divisa.ports import LedgerFilter, LedgerPosition
from divisa.services import trade
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.domain.ledger import LedgerEntry
    from divisa.ports import Ledger
    from divisa.services.trade import Trade

router = APIGatewayHttpRouter()
PAGE: Final = 50
"""Rows of a JSON page when no limit is given."""
CSV_PAGE: Final = 1000
"""Rows that are read at once for a CSV: less than the 1 MB that DynamoDB gives at once."""
REPLAYED: Final = "Idempotency-Replayed"
NEXT_CURSOR: Final = "X-Divisa-Next-Cursor"


@cache
def _trade() -> Trade:
    return api.trade(ApiSettings.from_environment())


@cache
def _ledger() -> Ledger:
    return api.ledger(ApiSettings.from_environment())


@router.post(
    "/v1/transactions",
    operation_id="create_transaction",
    tags=["transactions"],
    summary="Buy or sell at a quote",
    description=(
        "Made at the newest good price, unless that is worse than the quote's by more than `max_slippage`. "
        "The same request under the same key is done once and answered alike; another request under it is refused. "
        "Codes of a refusal: `quote_expired`, `quote_unknown`, `price_moved`, `price_stale`, `market_closed`, "
        "`insufficient_funds`, `key_reused`, `busy`. After a refusal, or no answer, the key may be sent again."
    ),
    security=USER,
    responses=documented(
        {
            201: success(
                "It is in the ledger, and the balances are changed",
                TransactionAnswer,
                headers={REPLAYED: "`true` when it was made by an earlier request with this key; else absent."},
            )
        },
        409,
        413,
        415,
        422,
    ),
)
def create_transaction(
    idempotency_key: Annotated[
        str, Header(alias="Idempotency-Key", pattern=KEY, description="The app's own name for this request.")
    ],
    order: Annotated[Order, Body(description="What to trade.")],
) -> Response[str]:
    """Trade for the caller."""
    wanted = trade.Order(
        key=idempotency_key,
        quote_id=order.quote_id,
        side=Side(order.side),
        quantity=order.quantity,
        max_slippage=order.max_slippage,
    )
    receipt = _trade()(subject(router.current_event), wanted)
    return answer(201, _body(receipt.entry), {REPLAYED: "true"} if receipt.replayed else {})


@router.get(
    "/v1/transactions",
    operation_id="list_transactions",
    tags=["transactions"],
    summary="My transactions, newest first",
    description=(
        "As pages of JSON, or with `Accept: text/csv` as one CSV file of everything that matches, up to `limit` rows "
        f"if that is given. A file that would have more than 5 MB ends before; `{NEXT_CURSOR}` then brings the rest."
    ),
    security=USER,
    responses=documented(
        {
            200: success(
                "Transactions, newest first",
                TransactionsAnswer,
                headers={NEXT_CURSOR: "Of a CSV that does not have all: the cursor for the rest."},
                media={CSV: {"type": "string"}},
            )
        },
        422,
    ),
)
def list_transactions(
    pair: Annotated[PairName | Absent, Query(description="Of this pair.")] = None,
    side: Annotated[SideName | Absent, Query(description="Of this side.")] = None,
    since: Annotated[Moment | Absent, Query(description="Made at this moment or later.")] = None,
    until: Annotated[Moment | Absent, Query(description="Made before this moment.")] = None,
    limit: Annotated[Limit | Absent, Query(description="Rows; a page of JSON has 50 without it.")] = None,
    cursor: Annotated[Cursor | Absent, Query(description="`next_cursor` of the answer before.")] = None,
) -> Response[str]:
    """A page of the caller's ledger, or all of it as a file."""
    event = router.current_event
    wanted = LedgerFilter(pair, None if side is None else Side(side), since, until)
    start = None if cursor is None else LedgerPosition(*place_of(cursor))
    if accepts_rather(event.headers.get("accept", ""), CSV, than=JSON):
        return _file(subject(event), wanted, start, limit)
    page = _ledger().page(subject(event), wanted, limit=limit or PAGE, start=start)
    body = TransactionsAnswer(items=[_body(entry) for entry in page.entries], next_cursor=_cursor(page.next))
    return answer(200, body, {"Vary": "Accept"})


def _file(user_id: str, wanted: LedgerFilter, start: LedgerPosition | None, limit: int | None) -> Response[str]:
    text, last = ledger_csv(_entries(user_id, wanted, start, CSV_PAGE if limit is None else limit + 1), limit)
    headers = {"Vary": "Accept", "Content-Disposition": 'attachment; filename="transactions.csv"'}
    if last is not None:
        headers[NEXT_CURSOR] = cursor_of(last.transaction.event_time, last.transaction_id)
    return Response(status_code=200, content_type=CSV, body=text, headers=dict(headers))


def _entries(user_id: str, wanted: LedgerFilter, start: LedgerPosition | None, at_once: int) -> Iterator[LedgerEntry]:
    while True:
        page = _ledger().page(user_id, wanted, limit=at_once, start=start)
        yield from page.entries
        if page.next is None:
            return
        start = page.next


def _body(entry: LedgerEntry) -> TransactionAnswer:
    made = entry.transaction
    return TransactionAnswer(
        transaction_id=entry.transaction_id,
        pair=made.pair,
        side=made.side.value,
        quantity=made.quantity,
        price=made.price,
        amount=entry.amount,
        realised_pnl=entry.realised_pnl,
        executed_at=made.event_time,
        sequence=entry.sequence,
    )


def _cursor(place: LedgerPosition | None) -> str | None:
    return None if place is None else cursor_of(place.executed_at, place.transaction_id)
