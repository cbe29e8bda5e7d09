"""Pictures of what people did in the past, from the tables of the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.ticker import FuncFormatter, PercentFormatter

from local.notebooks.style import canvas, colours

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from matplotlib.figure import Figure

_SIDES: Final = {"BUY": "buy", "SELL": "sell"}
_PRICES = """
    SELECT event_time::DATE AS day, last((bid + ask) / 2 ORDER BY event_time) AS mid
    FROM prices WHERE pair = $pair AND event_time IS NOT NULL GROUP BY day ORDER BY day
"""
_TRADES = """
    SELECT date_trunc('week', event_time)::DATE AS week, count(*) AS trades
    FROM transactions WHERE pair = $pair AND side = $side AND event_time IS NOT NULL GROUP BY week ORDER BY week
"""
_GAPS = """
    SELECT epoch(event_time - lag(event_time) OVER (PARTITION BY user_id, pair ORDER BY event_time)) / 86400 AS days
    FROM transactions WHERE event_time IS NOT NULL QUALIFY days > 0
"""
_PLACES = """
    WITH days AS (
        SELECT pair, event_time::DATE AS day, min((bid + ask) / 2) AS low, max((bid + ask) / 2) AS high
        FROM prices WHERE event_time IS NOT NULL GROUP BY ALL
    ), months AS (
        SELECT pair, day, min(low) OVER month AS low, max(high) OVER month AS high FROM days
        WINDOW month AS (
            PARTITION BY pair ORDER BY day RANGE BETWEEN INTERVAL 30 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING
        )
    )
    SELECT (price - low) / (high - low) AS place
    FROM transactions JOIN months ON transactions.pair = months.pair AND event_time::DATE = day
    WHERE side = $side AND high > low AND price IS NOT NULL
"""


def price_and_trades(connection: DuckDBPyConnection, pair: str) -> Figure:
    """The last price of each day, and under it how many bought and sold in each week."""
    known, (figure, (above, below)) = colours(), canvas(2, sharex=True)
    prices = _columns(connection, _PRICES, pair=pair)
    above.plot(prices["day"], prices["mid"], color=known["ink"], linewidth=1.0)
    above.set_ylabel(pair)
    for side, colour in _SIDES.items():
        weeks = _columns(connection, _TRADES, pair=pair, side=side)
        sign = 1 if side == "BUY" else -1
        counts = sign * weeks["trades"].astype(np.int64)
        below.bar(weeks["week"], counts, width=np.timedelta64(6, "D"), color=known[colour], label=side)
    below.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{abs(count):g}"))
    below.set_ylabel("trades a week")
    below.legend(frameon=False)
    return figure


def days_between(connection: DuckDBPyConnection) -> Figure:
    """How long people wait between one trade and their next in the same pair."""
    known, (figure, (axes,)) = colours(), canvas()
    days = _columns(connection, _GAPS)["days"].astype(np.float64)
    if len(days):
        counts, edges = np.histogram(days, np.geomspace(1 / 24, days.max() * 1.01, 40))
        axes.stairs(counts, edges, fill=True, color=known["way-0"])
    axes.set_xscale("log")
    axes.set_xlabel("days until the next trade")
    axes.set_ylabel("trades")
    return figure


def place_in_the_month(connection: DuckDBPyConnection) -> Figure:
    """Where the price of each trade lay between the lowest and the highest of the 30 days before it."""
    known, (figure, (axes,)) = colours(), canvas()
    for side, colour in _SIDES.items():
        places = _columns(connection, _PLACES, side=side)["place"].astype(np.float64)
        if len(places):
            counts, edges = np.histogram(places, np.linspace(-0.5, 1.5, 41))
            axes.stairs(counts / len(places), edges, fill=True, color=known[colour], alpha=0.6, label=side)
    axes.set_xlabel("0: lowest of 30 days, 1: highest")
    axes.set_ylabel("share of the trades")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False)
    return figure


def _columns(connection: DuckDBPyConnection, query: str, **given: Any) -> dict[str, Any]:
    return connection.execute(query, given or None).fetchnumpy()
