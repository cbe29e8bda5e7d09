"""A handler by itself: from the event to the answer, everything that is ours in, on memory adapters."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import time
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from aws_lambda_powertools.utilities.typing import LambdaContext

from api_handlers.admission import Admission
from api_handlers.app import Application
from api_handlers.routes import portfolio, quotes, transactions
from bench.api.timing import timed
from bench.population import PAIR
from bench.population import quotes as quote_path
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.erasures import MemoryErasures
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.throttle import MemoryThrottle
from divisa.adapters.wire.offer import SignedOfferIds
from divisa.domain.gate import GateState
from divisa.domain.market import fold
from divisa.domain.portfolio import Portfolio
from divisa.observability import logger, metrics
from divisa.ports import MarketRecord
from divisa.services.admit import Admit
from divisa.services.offer_quote import OfferQuote
from divisa.services.trade import Trade
from divisa.services.value_portfolio import ValuePortfolio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER: Final = "8f3c0d1e-0000-4000-8000-00000000000a"
TIMES, WARM_UP = 3_000, 200
TARGET_MS: Final = 5.0
"""What a handler may take by itself, 99th percentile."""
PAGE: Final = 50
"""Transactions on a page."""
_KEY: Final = b"k" * 64


def run() -> list[dict[str, Any]]:
    """A line a route; stops when one is over the target."""
    with _served() as (ask, quote_id):
        keys = map(str, itertools.count())

        def buy(quote: str) -> None:
            body = {"quote_id": quote, "side": "BUY", "quantity": "1.00", "max_slippage": "0"}
            ask("POST", "/v1/transactions", body, next(keys))

        for _ in range(PAGE):
            buy(quote_id())
        routes: list[tuple[str, Callable[[str], object], Callable[[], str]]] = [
            ("GET /v1/portfolio", lambda _: ask("GET", "/v1/portfolio"), str),
            ("GET /v1/quotes/{pair}", lambda _: ask("GET", "/v1/quotes/USD-MXN"), str),
            ("GET /v1/transactions", lambda _: ask("GET", "/v1/transactions"), str),
            ("POST /v1/transactions", buy, quote_id),
        ]
        # By the processor's clock: a machine that does something else meanwhile makes no handler slower.
        lines = [
            timed(route, call, times=TIMES, warm_up=WARM_UP, prepare=prepare, clock=time.thread_time)
            for route, call, prepare in routes
        ]
    slow = [line["route"] for line in lines if line["p99_ms"] >= TARGET_MS]
    if slow:
        raise SystemExit(f"handlers over {TARGET_MS} ms without AWS: {', '.join(slow)}")
    return lines


@contextlib.contextmanager
def _served() -> Iterator[tuple[Callable[..., Any], Callable[[], str]]]:
    """Ways to ask the application, and to get a quote id from it."""
    quote = quote_path(1)[0]
    clock = ManualClock(quote.event_time)
    markets, portfolios = MemoryMarkets(), MemoryPortfolios()
    markets.save(MarketRecord(PAIR, GateState(), fold(None, quote), quote))
    portfolios.put_many([Portfolio(USER, PAIR, Decimal(1_000), Decimal(10_000_000))])
    ledger, ids = MemoryLedger(portfolios), SignedOfferIds(lambda: _KEY)
    pairs, validity, max_age = frozenset([PAIR]), timedelta(seconds=30), timedelta(seconds=60)
    trade = Trade(ledger, markets, ids, clock, clock, validity, max_age, lambda: iter(range(10)))
    offer = OfferQuote(pairs, markets, ids, clock, clock, validity, max_age)
    value = ValuePortfolio(pairs, ledger, markets, clock)
    admission = Admission(MemoryThrottle(10**9), Admit(MemoryErasures(), MemorySecrets({"key": _KEY})), clock)
    application = Application(portfolio.router, quotes.router, transactions.router, admit=admission)
    handler = metrics.log_metrics(application)
    context = LambdaContext()

    def ask(method: str, path: str, body: Any = None, key: str = "") -> Any:
        answer = handler(_event(method, path, body, key), context)
        if answer["statusCode"] >= 300:
            raise SystemExit(f"{method} {path}: {answer['statusCode']} {answer['body']}")
        return answer

    def quote_id() -> str:
        found: str = json.loads(ask("GET", "/v1/quotes/USD-MXN")["body"])["quote_id"]
        return found

    log: Any = logger.handlers[0]
    stream = log.setStream(io.StringIO())
    try:
        with (
            patch.dict(os.environ, {"POWERTOOLS_METRICS_NAMESPACE": "Divisa"}),
            patch.object(metrics.provider, "namespace", "Divisa"),
            patch.object(transactions, "_trade", lambda: trade),
            patch.object(transactions, "_ledger", lambda: ledger),
            patch.object(quotes, "_offer", lambda: offer),
            patch.object(portfolio, "_value", lambda: value),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            yield ask, quote_id
    finally:
        log.setStream(stream)


def _event(method: str, path: str, body: Any, key: str) -> dict[str, Any]:
    """A request as API Gateway hands it over, payload format 2.0."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example.com", "content-type": "application/json", "idempotency-key": key},
        "requestContext": {
            "stage": "$default",
            "requestId": "bench",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
            "authorizer": {
                "jwt": {
                    "claims": {"sub": USER, "token_use": "access", "scope": "aws.cognito.signin.user.admin"},
                    "scopes": None,
                }
            },
        },
        "isBase64Encoded": False,
    }
    return event if body is None else event | {"body": json.dumps(body)}
