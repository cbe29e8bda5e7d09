"""Behaviour summary: how one user has traded one pair, folded over the ledger one transaction at a time.

`fold` is the only definition. Online it takes one user's newest transaction, offline it replays the ledger for many
users at once; both are the same elementwise arithmetic on arrays, so what the model was trained on is what it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

import numpy as np

from divisa.domain.columns import Array, field_names, stack, unstack
from divisa.domain.market import DAY, MarketView
from divisa.domain.number import N
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.transaction import Transaction

MEMORY = 0.25
"""Weight of the newest value in averages over a user's transactions: about the last seven of them count."""
ACTIVITY_HALF_LIFE = 30 * DAY
"""Seconds after which a past transaction counts half in the recent activity."""
DUST = 1e-9
"""A smaller position, in base currency, is none."""


@dataclass(frozen=True, slots=True)
class BehaviourSummary(Generic[N]):
    """Statistics of one user and pair. NaN means that it has not happened yet.

    Attributes:
        buys, sells: number of transactions by side.
        last_at: time of the newest transaction, seconds since 1970 UTC.
        mean_gap: average days between transactions.
        last_buy, last_sell: log price of the newest transaction by side.
        usual_buy: average log price of buys.
        buy_level, sell_level: average place of buys and sells in the 30-day range, 0 low to 1 high.
        buy_z, sell_z: average distance of the price from its 7-day average at buys and sells, in daily volatilities.
        size: average base quantity of a transaction.
        recent_buys, recent_sells: decayed number of transactions by side, as of `last_at`, half-life 30 days.
        position: base currency bought and not sold again, never below 0.
        cost: weighted average cost of that position, quote currency for one unit of base.
        gains, losses: number of sells above and below average cost; without a position there is no cost to compare.
        phase_cos, phase_sin: average direction of sells on the half-month circle (see `half_month_angle`).
    """

    buys: N
    sells: N
    last_at: N
    mean_gap: N
    last_buy: N
    last_sell: N
    usual_buy: N
    buy_level: N
    sell_level: N
    buy_z: N
    sell_z: N
    size: N
    recent_buys: N
    recent_sells: N
    position: N
    cost: N
    gains: N
    losses: N
    phase_cos: N
    phase_sin: N


@dataclass(frozen=True, slots=True)
class Trades(Generic[N]):
    """What the fold reads of transactions: time (s since 1970 UTC), side (1 buy, 0 sell), base quantity, price."""

    at: N
    buy: N
    quantity: N
    price: N


_NEVER = float("nan")
NEWCOMER: BehaviourSummary[float] = BehaviourSummary(
    buys=0.0,
    sells=0.0,
    last_at=_NEVER,
    mean_gap=_NEVER,
    last_buy=_NEVER,
    last_sell=_NEVER,
    usual_buy=_NEVER,
    buy_level=_NEVER,
    sell_level=_NEVER,
    buy_z=_NEVER,
    sell_z=_NEVER,
    size=_NEVER,
    recent_buys=0.0,
    recent_sells=0.0,
    position=0.0,
    cost=_NEVER,
    gains=0.0,
    losses=0.0,
    phase_cos=_NEVER,
    phase_sin=_NEVER,
)
"""The summary of a user without transactions."""


def trade_of(transaction: Transaction) -> Trades[float]:
    """What the fold reads of one ledger entry."""
    return Trades(
        at=transaction.event_time.timestamp(),
        buy=1.0 if transaction.side is Side.BUY else 0.0,
        quantity=float(transaction.quantity),
        price=float(transaction.price),
    )


def fold(summary: BehaviourSummary[Array], trades: Trades[Array], market: MarketView[Array]) -> BehaviourSummary[Array]:
    """Summaries after one more transaction each; row i of all three belongs together, arrays of shape (n,).

    Args:
        summary: before.
        trades: the transaction; a trade older than `last_at` changes nothing, so late replays are harmless. Two
            trades of one user at the same instant both count: the ledger's sequence keeps a replay from repeating one.
        market: the market at the transaction, folded from the quotes up to its time.
    """
    s, buy, x = summary, trades.buy > 0, np.log(trades.price)
    late = trades.at < s.last_at
    gap = np.where(late, np.nan, trades.at - s.last_at) / DAY
    keep = np.where(np.isnan(gap), 0.0, np.exp2(-(gap * DAY) / ACTIVITY_HALF_LIFE))
    level = _level(x, market)
    z = (x - market.ewma_7d) / market.sigma
    angle = half_month_angle(trades.at)
    sold = np.minimum(trades.quantity, s.position)
    bought = s.position + trades.quantity
    held = np.where(buy, bought, s.position - sold)
    spent = np.where(s.position > DUST, s.position * s.cost, 0.0) + trades.quantity * trades.price
    with np.errstate(invalid="ignore", divide="ignore"):
        cost = np.where(buy, spent / bought, s.cost)

    def on_buy(mean: Array, value: Array) -> Array:
        return np.where(buy, _average(mean, value), mean)

    def on_sell(mean: Array, value: Array) -> Array:
        return np.where(buy, mean, _average(mean, value))

    after = BehaviourSummary(
        buys=s.buys + buy,
        sells=s.sells + ~buy,
        last_at=trades.at,
        mean_gap=np.where(np.isnan(gap), s.mean_gap, _average(s.mean_gap, gap)),
        last_buy=np.where(buy, x, s.last_buy),
        last_sell=np.where(buy, s.last_sell, x),
        usual_buy=on_buy(s.usual_buy, x),
        buy_level=on_buy(s.buy_level, level),
        sell_level=on_sell(s.sell_level, level),
        buy_z=on_buy(s.buy_z, z),
        sell_z=on_sell(s.sell_z, z),
        size=_average(s.size, trades.quantity),
        recent_buys=s.recent_buys * keep + buy,
        recent_sells=s.recent_sells * keep + ~buy,
        position=held,
        cost=np.where(held > DUST, cost, _NEVER),
        gains=s.gains + (~buy & (trades.price > s.cost)),
        losses=s.losses + (~buy & (trades.price < s.cost)),
        phase_cos=on_sell(s.phase_cos, np.cos(angle)),
        phase_sin=on_sell(s.phase_sin, np.sin(angle)),
    )
    if not late.any():
        return after
    names = field_names(BehaviourSummary)
    return BehaviourSummary(**{name: np.where(late, getattr(s, name), getattr(after, name)) for name in names})


def fold_rows(
    summaries: Sequence[BehaviourSummary[float]],
    transactions: Sequence[Transaction],
    markets: Sequence[MarketView[float]],
) -> list[BehaviourSummary[float]]:
    """`fold` for rows: the i-th summary after the i-th transaction, made at the i-th market."""
    after = fold(
        stack(BehaviourSummary[Array], summaries),
        stack(Trades[Array], [trade_of(t) for t in transactions]),
        stack(MarketView[Array], markets),
    )
    return unstack(BehaviourSummary[float], after)


def half_month_angle(at: Array) -> Array:
    """Direction, in radians, on a circle that is gone round twice a month; paydays of the 15th and month end meet.

    Args:
        at: seconds since 1970 UTC, shape (n,).

    >>> import numpy as np
    >>> half_month_angle(np.array([0.0]))
    array([0.])
    """
    moments = np.asarray(at).astype("datetime64[s]")
    months = moments.astype("datetime64[M]")
    start = months.astype("datetime64[s]").astype(np.float64)
    length = (months + np.timedelta64(1, "M")).astype("datetime64[s]").astype(np.float64) - start
    return np.asarray(4 * np.pi * (at - start) / length)


def _average(mean: Array, value: Array) -> Array:
    """Average over a user's events: the first value starts it, an unknown value leaves it."""
    blended = mean + MEMORY * (value - mean)
    return np.where(np.isnan(mean), value, np.where(np.isnan(value), mean, blended))


def _level(x: Array, market: MarketView[Array]) -> Array:
    width = market.high - market.low
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(width > 0, np.clip((x - market.low) / width, 0.0, 1.0), 0.5)
