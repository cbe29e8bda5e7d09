from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from divisa.domain.errors import InvalidSetting, UnknownPair
from divisa.domain.gate import market_is_open
from simulator.fixings import fixings
from simulator.prices import PIP, PricePath, price_path

START, END = date(2024, 3, 4), date(2024, 4, 15)


@pytest.fixture(scope="module")
def quarters() -> PricePath:
    return price_path("USD/MXN", START, END, step_minutes=15, seed=1)


def test_the_path_goes_through_the_central_banks_fixings(quarters: PricePath) -> None:
    known = fixings("USD/MXN")
    moments, ours, theirs = np.intersect1d(quarters.times, known.times, return_indices=True)

    mid = (quarters.bid + quarters.ask) / 2

    assert len(moments) == 28  # weekdays of six weeks without Good Friday and Easter Monday
    assert np.abs(mid[ours] - np.exp(known.log_mid[theirs])).max() <= PIP


def test_there_are_quotes_only_while_the_market_is_open_also_when_summer_time_begins(quarters: PricePath) -> None:
    moments = [datetime.fromtimestamp(at, UTC) for at in quarters.times.tolist()]

    assert all(map(market_is_open, moments))
    assert (
        len(moments) == (6 * 120 + 1) * 4
    )  # New York changes its clocks on 10 March: Sunday opens an hour earlier, UTC


def test_bid_lies_below_ask_by_whole_pips(quarters: PricePath) -> None:
    pips = (quarters.ask - quarters.bid) / PIP

    assert pips.min() >= 1 - 1e-6
    assert np.allclose(pips, np.rint(pips), atol=1e-6)
    assert 15 < np.median(pips) < 80


def test_the_made_part_is_about_as_volatile_as_the_fixings(quarters: PricePath) -> None:
    known = fixings("USD/MXN")
    here = (known.times >= quarters.times[0]) & (known.times <= quarters.times[-1])
    real = np.diff(known.log_mid[here]).std()

    made = np.diff(quarters.log_mid).std() * np.sqrt(24 * 4)

    assert 0.5 * real < made < 2.5 * real


@pytest.mark.parametrize("step", [1, 5, 60, 240])
def test_the_same_moment_has_the_same_quote_at_every_step(quarters: PricePath, step: int) -> None:
    other = price_path("USD/MXN", START, END, step_minutes=step, seed=1)

    _, ours, theirs = np.intersect1d(quarters.times, other.times, return_indices=True)

    assert len(ours) >= min(len(quarters.times), len(other.times))
    assert np.array_equal(quarters.bid[ours], other.bid[theirs])
    assert np.array_equal(quarters.ask[ours], other.ask[theirs])


def test_the_same_moment_has_the_same_quote_in_every_window(quarters: PricePath) -> None:
    shorter = price_path("USD/MXN", date(2024, 3, 20), date(2024, 4, 2), step_minutes=15, seed=1)

    inside = np.isin(quarters.times, shorter.times)

    assert np.array_equal(quarters.bid[inside], shorter.bid)


def test_another_seed_makes_another_path_between_the_same_fixings(quarters: PricePath) -> None:
    other = price_path("USD/MXN", START, END, step_minutes=15, seed=2)

    assert np.array_equal(other.times, quarters.times)
    assert (other.bid != quarters.bid).mean() > 0.9


@pytest.mark.parametrize("step", [0, 7, 50, 2880])
def test_a_step_that_does_not_fit_a_day_is_refused(step: int) -> None:
    with pytest.raises(InvalidSetting, match="step_minutes"):
        price_path("USD/MXN", START, END, step_minutes=step, seed=1)


def test_days_that_the_central_bank_does_not_know_are_refused() -> None:
    with pytest.raises(InvalidSetting, match="not within the fixings of USD/MXN"):
        price_path("USD/MXN", date(1990, 1, 1), date(1991, 1, 1), step_minutes=60, seed=1)


@pytest.mark.parametrize("pair", ["USD/COP", "USD", "USD/USD"])
def test_a_pair_that_the_central_bank_does_not_quote_is_refused(pair: str) -> None:
    with pytest.raises(UnknownPair):
        price_path(pair, START, END, step_minutes=60, seed=1)
