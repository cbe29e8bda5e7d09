"""The years of a population, one trading day after the other: who looked when, what was likely, what was done.

Each user looks at the market exactly once a trading day, at a random moment. What a user does on a UTC day is
therefore one draw from the probabilities at that look, and nobody can know it better than those probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from simulator.accounts import SMALLEST, Accounts
from simulator.behaviour import Look, probabilities
from simulator.calendar import days_since_payday
from simulator.population import Kind
from simulator.session import SECONDS_A_DAY, midnight, trading_seconds
from simulator.signals import signals

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.draws import Draws, Floats, Ints
    from simulator.population import Population
    from simulator.prices import PricePath
    from simulator.signals import Signals

WARM_UP_DAYS = 30
"""Days of prices before the first user joins, so that averages over a month mean something."""
JOINING_SHARE = 0.75
"""Share of the time after the warm-up in which users join."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at the market, one an element, arrays of shape (n,).

    Attributes:
        user: number of the user.
        at: moment of the look, seconds since 1970 UTC.
        p_buy, p_sell: the hidden probabilities.
        side: 1 bought, -1 sold, 0 neither.
        quantity: base currency traded, 0 when nothing was done.
        price: what was paid or got, quote currency for one unit of base.
    """

    user: Ints
    at: Ints
    p_buy: Floats
    p_sell: Floats
    side: Ints
    quantity: Floats
    price: Floats


def live(
    users: Population,
    path: PricePath,
    start: date,
    end: date,
    draws: Draws,
    on_day: Callable[[date], None] = lambda day: None,
) -> tuple[Looks, Accounts]:
    """All looks of users of one pair, and their accounts at the end.

    Args:
        users: of that pair only.
        path: the pair's quotes from `start` on.
        start: first day of prices; users join `WARM_UP_DAYS` later or after.
        end: the day after the last.
        draws: the seed's draws.
        on_day: told each trading day that is done.
    """
    market, x = signals(path), path.log_mid
    accounts = Accounts.opened(users, float(np.exp(x[0])))
    length = (end - start).days
    joined = joining_days(users, length)
    looks: list[Looks] = []
    for number in range(WARM_UP_DAYS, length):
        day = start + timedelta(days=number)
        if trading_seconds(day):
            looks.append(one_day(users, accounts, market, path, day, joined <= number, draws))
            on_day(day)
    columns = (np.concatenate([getattr(part, field.name) for part in looks]) for field in fields(Looks))
    return Looks(*columns), accounts


def joining_days(users: Population, length: int) -> Ints:
    """The day on which each user joins, numbered from the first of `length` days of prices; shape (n,)."""
    return WARM_UP_DAYS + np.floor(users.joined * JOINING_SHARE * (length - WARM_UP_DAYS)).astype(np.int64)


def one_day(
    users: Population,
    accounts: Accounts,
    market: Signals,
    path: PricePath,
    day: date,
    present: np.ndarray,
    draws: Draws,
    moved: Callable[[Floats, Floats], tuple[Floats, Floats]] = lambda p_buy, p_sell: (p_buy, p_sell),
) -> Looks:
    """The looks of a trading day, and the accounts changed by them.

    Args:
        users: of the path's pair only.
        accounts: as of the evening before; changed in place.
        market: the signals of the path.
        path: the pair's quotes.
        day: a trading day (UTC).
        present: whether each user has joined, shape (n,).
        draws: the seed's draws.
        moved: what something else than the price makes of everybody's probabilities of a buy and a sell.
    """
    number = midnight(day) // SECONDS_A_DAY
    today = np.array([number], dtype=np.int64)
    at = midnight(day) + np.floor(trading_seconds(day) * draws.uniform("look", users.index, today)).astype(np.int64)

    since_payday = days_since_payday(day)
    if since_payday == 0 and len(at):
        accounts.receive_salary(users, float(path.ask[path.times.searchsorted(midnight(day)) - 1]))
    lag = _trading_lag(since_payday, day)
    accounts.receive_remittances(users, np.isin(users.lag, lag), number, draws)

    tick = np.searchsorted(path.times, at, side="right") - 1
    p_buy, p_sell = moved(*probabilities(users, look_at(users, accounts, market, path, at, day)))
    u = draws.uniform("act", users.index, today)
    side = np.where(present, (u < p_buy).astype(np.int64) - (u > 1.0 - p_sell), 0)
    quantity = _quantity(users, accounts, side, path.ask[tick], today, draws)
    price = np.where(side >= 0, path.ask[tick], path.bid[tick])
    accounts.trade(users, side, quantity, price, at, np.log((path.bid[tick] + path.ask[tick]) / 2))
    values = (users.index, at, p_buy, p_sell, side, quantity, price)
    return Looks(*(value[present] for value in values))


def _trading_lag(since_payday: int, day: date) -> list[int]:
    """Lags, in days after payday, whose dollars arrive today; those of a weekend arrive on Monday."""
    return [since_payday - back for back in range(3 if day.weekday() == 0 else 1)]


def look_at(users: Population, accounts: Accounts, market: Signals, path: PricePath, at: Ints, day: date) -> Look:
    """What users see who look at the market at moments of a day, `at`, seconds since 1970 UTC, shape (n,)."""
    tick = np.searchsorted(path.times, at, side="right") - 1
    ask = path.ask[tick]
    x = np.log((path.bid[tick] + ask) / 2)
    return Look(
        week=market.week[tick],
        month=market.month[tick],
        place=market.place[tick],
        gain=x - np.log(accounts.cost),
        over_sell=x - accounts.last_sell,
        idle=(at - accounts.last_at) / SECONDS_A_DAY,
        since_buy=(at - accounts.last_buy_at) / SECONDS_A_DAY,
        since_payday=np.full(len(x), float(days_since_payday(day))),
        saved=accounts.position / users.size,
        can_buy=accounts.quote >= users.size * ask,
        can_sell=accounts.for_sale(users) >= SMALLEST,
    )


def _quantity(users: Population, accounts: Accounts, side: Ints, ask: Floats, today: Ints, draws: Draws) -> Floats:
    """Base currency of each transaction: buys around the user's size, sells of all, half or a usual amount."""
    usual = users.size * np.exp(0.3 * draws.normal("size", users.index, today))
    buy = np.minimum(usual, accounts.quote / ask)
    owned = accounts.for_sale(users)
    whole = (draws.uniform("whole", users.index, today) < 0.25) | np.isin(
        users.kind, [Kind.PAYDAY_SELLER, Kind.TARGET_SAVER]
    )
    sell = np.where(whole, owned, np.minimum(np.maximum(owned / 2, usual), owned))
    rounded = np.maximum(np.floor(np.where(side > 0, buy, sell) / SMALLEST), 1.0) * SMALLEST
    return np.where(side == 0, 0.0, rounded)
