"""The hidden effects are really in the ledger, with the sizes that docs/simulator.md states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulator.calendar import days_since_payday
from simulator.draws import Draws
from simulator.ledger import WARM_UP_DAYS, live
from simulator.population import Kind, population
from simulator.prices import price_path

if TYPE_CHECKING:
    from simulator.accounts import Accounts
    from simulator.ledger import Looks
    from simulator.population import Population
    from simulator.prices import PricePath

START, END = date(2022, 1, 3), date(2023, 7, 3)
DRAWS = Draws(11)


@dataclass(frozen=True)
class World:
    users: Population
    path: PricePath
    looks: Looks
    accounts: Accounts

    def of(self, *kinds: Kind) -> np.ndarray:
        return np.isin(self.users.kind[self.looks.user], kinds)

    def rate(self, side: int, *kinds: Kind) -> float:
        return float((self.looks.side[self.of(*kinds)] == side).mean())


@pytest.fixture(scope="module")
def world() -> World:
    users = population(np.arange(500), pairs=1, draws=DRAWS)
    path = price_path("USD/MXN", START, END, step_minutes=60, seed=11)
    return World(users, path, *live(users, path, START, END, DRAWS))


def log_loss(p_buy: np.ndarray, p_sell: np.ndarray, side: np.ndarray) -> float:
    return float(-np.log(np.where(side > 0, p_buy, np.where(side < 0, p_sell, 1 - p_buy - p_sell))).mean())


def test_a_few_in_a_hundred_looks_end_in_a_buy_and_a_few_in_a_sell(world: World) -> None:
    assert 0.02 < (world.looks.side > 0).mean() < 0.04
    assert 0.01 < (world.looks.side < 0).mean() < 0.04


def test_the_hidden_probabilities_know_far_more_than_the_base_rate(world: World) -> None:
    looks = world.looks
    buys, sells = (looks.side > 0).mean(), (looks.side < 0).mean()
    base = log_loss(np.full(len(looks.side), buys), np.full(len(looks.side), sells), looks.side)

    assert log_loss(looks.p_buy, looks.p_sell, looks.side) < 0.75 * base


def test_what_is_done_happens_as_often_as_the_hidden_probabilities_say(world: World) -> None:
    looks = world.looks
    for p, happened in ((looks.p_buy, looks.side > 0), (looks.p_sell, looks.side < 0)):
        error = np.sqrt((p * (1 - p)).sum()) / len(p)
        assert abs(p.mean() - happened.mean()) < 4 * error


def test_each_user_looks_once_a_weekday_and_never_at_the_weekend_or_before_the_warm_up(world: World) -> None:
    days = world.looks.at // 86_400
    pairs = np.unique(np.stack([world.looks.user, days]), axis=1)

    assert pairs.shape[1] == len(days)
    assert set(((days + 3) % 7).tolist()) == {0, 1, 2, 3, 4}
    assert days.min() >= datetime(2022, 1, 3, tzinfo=UTC).timestamp() // 86_400 + WARM_UP_DAYS


def test_nobody_spends_or_sells_what_they_do_not_have(world: World) -> None:
    assert world.accounts.position.min() >= 0
    assert world.accounts.received.min() >= 0
    assert world.accounts.quote.min() >= -1e-6


def test_users_rather_realise_gains_than_losses_and_profit_takers_most(world: World) -> None:
    crowd = gains_over_losses(world, Kind.CONTRARIAN, Kind.MOMENTUM)
    takers = gains_over_losses(world, Kind.PROFIT_TAKER)

    assert takers > 2
    assert takers > crowd


def gains_over_losses(world: World, *kinds: Kind) -> float:
    """PGR / PLR: sells at a gain a day held at a gain, over sells at a loss a day held at a loss."""
    looks, realised, held = world.looks, {True: 0, False: 0}, {True: 0, False: 0}
    for user in np.flatnonzero(np.isin(world.users.kind, kinds)):
        position = cost = 0.0
        mine = looks.user == user
        for side, quantity, price in zip(looks.side[mine], looks.quantity[mine], looks.price[mine], strict=True):
            if position > 0:
                held[bool(price > cost)] += 1
                realised[bool(price > cost)] += int(side < 0)
            if side > 0:
                cost = (position * cost + quantity * price) / (position + quantity)
            position += quantity * side
    return (realised[True] / held[True]) / (realised[False] / held[False])


def test_contrarians_buy_below_the_recent_price_and_momentum_followers_above(world: World) -> None:
    tick = np.searchsorted(world.path.times, world.looks.at, side="right") - 1
    x = world.path.log_mid
    move = x[tick] - x[np.maximum(tick - 5 * 24, 0)]  # over one week of trading
    buys, sells = world.looks.side > 0, world.looks.side < 0

    assert move[buys & world.of(Kind.CONTRARIAN)].mean() < -0.005
    assert move[buys & world.of(Kind.MOMENTUM)].mean() > 0.005
    assert move[sells & world.of(Kind.CONTRARIAN)].mean() > 0.005
    assert move[sells & world.of(Kind.MOMENTUM)].mean() < -0.005


def test_payday_sellers_sell_in_the_days_after_payday(world: World) -> None:
    sells = world.looks.at[(world.looks.side < 0) & world.of(Kind.PAYDAY_SELLER)]
    after = np.array([days_since_payday(datetime.fromtimestamp(at, UTC).date()) for at in sells.tolist()])

    assert (after <= 6).mean() > 0.85


def test_target_savers_buy_at_their_period(world: World) -> None:
    gaps, periods = [], []
    for user in np.flatnonzero(world.users.kind == Kind.TARGET_SAVER):
        at = world.looks.at[(world.looks.user == user) & (world.looks.side > 0)]
        if len(at) > 5:
            gaps.append(np.median(np.diff(at)) / 86_400)
            periods.append(world.users.period[user])

    assert np.corrcoef(gaps, periods)[0, 1] > 0.8


def test_the_dormant_hardly_ever_trade(world: World) -> None:
    others = [kind for kind in Kind if kind is not Kind.DORMANT]

    assert world.rate(1, Kind.DORMANT) < world.rate(1, *others) / 10
