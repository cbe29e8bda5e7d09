from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.market import SIGMA_FLOOR, WINDOW_DAYS, MarketState, fold, view
from tests.builders import WEDNESDAY, a_market_state, a_quote

if TYPE_CHECKING:
    from divisa.domain.quote import Quote

HALF_LIVES = {
    "ewma_1h": timedelta(hours=1),
    "ewma_1d": timedelta(days=1),
    "ewma_7d": timedelta(days=7),
    "ewma_30d": timedelta(days=30),
}


def at_log(x: float, after: timedelta) -> Quote:
    return a_quote(Decimal(repr(exp(x))), at=WEDNESDAY + after)


def fold_all(state: MarketState | None, quotes: list[Quote]) -> MarketState:
    for quote in quotes:
        state = fold(state, quote)
    assert state is not None
    return state


def test_the_first_quote_is_every_average_and_the_whole_range() -> None:
    seen = view(a_market_state("17.05"))
    assert seen.ewma_1h == seen.ewma_30d == seen.low == seen.high == seen.log_mid == log(Decimal("17.05"))
    assert seen.sigma == SIGMA_FLOOR


@pytest.mark.parametrize("name", HALF_LIVES)
def test_after_one_half_life_the_past_weighs_one_half(name: str) -> None:
    state = fold(a_market_state("17.00"), a_quote("18.00", at=WEDNESDAY + HALF_LIVES[name]))
    assert getattr(state, name) == pytest.approx((log(17) + log(18)) / 2, abs=1e-12)


def test_uneven_spacing_does_not_matter_where_the_price_stood_still() -> None:
    def later(hours: float) -> Quote:
        return a_quote("18.00", at=WEDNESDAY + timedelta(hours=hours))

    at_once = fold_all(a_market_state("17.00"), [later(6)])
    in_steps = fold_all(a_market_state("17.00"), [later(0.1), later(0.5), later(5), later(6)])
    for name in HALF_LIVES:
        assert getattr(in_steps, name) == pytest.approx(getattr(at_once, name), abs=1e-12)


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=1), timedelta(days=3)])
def test_the_volatility_of_steady_moves_is_the_move_over_the_root_of_its_days(step: timedelta) -> None:
    zigzag = [at_log(2.8 + 0.01 * (i % 2), i * step) for i in range(20)]
    days = step / timedelta(days=1)
    assert view(fold_all(None, zigzag)).sigma == pytest.approx(0.01 / sqrt(days), rel=1e-9)


def test_a_price_that_never_moves_has_the_least_volatility_there_is() -> None:
    still = [a_quote("17.05", at=WEDNESDAY + timedelta(hours=i)) for i in range(5)]
    assert view(fold_all(None, still)).sigma == SIGMA_FLOOR


def test_the_range_forgets_a_day_that_is_more_than_thirty_days_back() -> None:
    state = a_market_state("20.00")
    days = [timedelta(days=i) for i in range(1, WINDOW_DAYS + 1)]
    for day in days[:-1]:
        state = fold(state, a_quote("17.00", at=WEDNESDAY + day))
        assert view(state).high == pytest.approx(log(20))
    assert len(state.days) == WINDOW_DAYS
    state = fold(state, a_quote("17.00", at=WEDNESDAY + days[-1]))
    assert view(state).high == pytest.approx(log(17))
    assert len(state.days) == WINDOW_DAYS


def test_another_quote_of_the_same_moment_changes_nothing() -> None:
    state = a_market_state("17.00")
    assert fold(state, a_quote("18.00")) == state


def test_a_pause_of_months_empties_the_range() -> None:
    state = fold(a_market_state("20.00"), a_quote("17.00", at=WEDNESDAY + timedelta(days=90)))
    assert (view(state).low, view(state).high) == (log(17), log(17))


def test_one_day_has_one_low_and_one_high() -> None:
    state = fold_all(None, [at_log(x, timedelta(hours=i)) for i, x in enumerate([2.83, 2.81, 2.86])])
    assert len(state.days) == 1
    assert (view(state).low, view(state).high) == pytest.approx((2.81, 2.86))


PATHS = st.lists(st.tuples(st.integers(1, 5_000_000), st.integers(1500, 2500)), min_size=1, max_size=25)


def a_path(steps: list[tuple[int, int]]) -> list[Quote]:
    seconds, path = 0, []
    for gap, price in steps:
        seconds += gap
        path.append(a_quote(Decimal(price) / 100, at=WEDNESDAY + timedelta(seconds=seconds)))
    return path


@given(PATHS, st.integers(0, 25))
def test_a_replay_from_any_earlier_point_ends_in_the_same_state(steps: list[tuple[int, int]], start: int) -> None:
    path = a_path(steps)
    once = fold_all(None, path)
    assert fold_all(once, path[start:] + path) == once


@given(PATHS)
def test_averages_and_the_newest_price_stay_inside_what_was_seen(steps: list[tuple[int, int]]) -> None:
    path = a_path(steps)
    state = fold_all(None, path)
    seen, mids = view(state), [quote.log_mid for quote in path]
    for name in HALF_LIVES:
        assert min(mids) - 1e-12 <= getattr(seen, name) <= max(mids) + 1e-12
    assert seen.low <= seen.log_mid <= seen.high
    assert all(earlier.day < later.day for earlier, later in pairwise(state.days))
    assert seen.sigma >= SIGMA_FLOOR
