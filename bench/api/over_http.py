"""Whole requests of one signed-in user on a laptop cloud: over HTTP, through the gateway, with the tables' answers."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench.api.timing import timed
from bench.endpoint import MODEL
from client import Client
from divisa.adapters.aws import clients
from divisa.domain.portfolio import Portfolio
from local import accounts, cloud
from local.home import HOME
from local.live_prices import await_prices, live_prices
from local.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from divisa.domain.pair import Pair

HERE = HOME / "bench-api"
"""A laptop cloud of its own, so that one that was left running is not disturbed."""
PERSON = "bench"
TIMES, WARM_UP = 400, 20


def run(at: datetime) -> list[dict[str, Any]]:
    """A line a route.

    Args:
        at: the moment that it is in the cloud, UTC; the market must be open.
    """
    cloud.down(wipe=True, say=_quietly, home=HERE)
    try:
        running = cloud.up(model=MODEL, say=_quietly, home=HERE)
        stores = open_stores(running)
        mids = {pair: Decimal("17.00") if pair.quote == "MXN" else Decimal("5.00") for pair in stores.pairs}
        pair = min(mids, key=str)
        parameter = running.deployment.clock_parameter_name
        with live_prices(stores.stream, clients.ssm(), parameter, mids, at=at) as prices:
            await_prices(stores.markets, prices, frozenset(mids))
            subject = accounts.open_sign_ins(running, [PERSON], home=HERE)[PERSON]
            stores.portfolios.put_many([Portfolio(subject, pair, Decimal(1_000), Decimal(1_000_000))])
            token = accounts.sign_in(running, PERSON, home=HERE).token
            with Client(accounts.api_url(running), token) as api:
                return _measured(api, pair)
    finally:
        cloud.down(wipe=True, say=_quietly, home=HERE)


def _measured(api: Client, pair: Pair) -> list[dict[str, Any]]:
    name = str(pair)

    def buy(quote_id: str) -> None:
        api.create_transaction(
            uuid.uuid4().hex, quote_id=quote_id, side="BUY", quantity=Decimal("1.00"), max_slippage=Decimal("0.05")
        )

    def nothing() -> str:
        return ""

    routes: list[tuple[str, Callable[[str], object], Callable[[], str]]] = [
        ("GET /v1/portfolio", lambda _: api.get_portfolio(), nothing),
        ("GET /v1/quotes/{pair}", lambda _: api.get_quote(name), nothing),
        ("POST /v1/transactions", buy, lambda: api.get_quote(name).quote_id),
        ("GET /v1/transactions", lambda _: api.list_transactions(), nothing),
        ("GET /v1/preferences", lambda _: api.get_preferences(), nothing),
    ]
    return [timed(route, call, times=TIMES, warm_up=WARM_UP, prepare=prepare) for route, call, prepare in routes]


def _quietly(_: str) -> None:
    """Takes no notice of progress."""
