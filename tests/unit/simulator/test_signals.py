from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from simulator.prices import PricePath, price_path
from simulator.signals import signals


@pytest.fixture(scope="module")
def path() -> PricePath:
    return price_path("USD/MXN", date(2024, 1, 1), date(2024, 6, 1), step_minutes=60, seed=3)


def test_nobody_sees_the_future(path: PricePath) -> None:
    everything = signals(path)
    cut = 1000
    past = signals(replace(path, times=path.times[:cut], bid=path.bid[:cut], ask=path.ask[:cut]))

    for name in ("week", "month", "place"):
        assert np.array_equal(getattr(past, name), getattr(everything, name)[:cut])


def test_the_place_in_the_range_is_that_of_the_last_thirty_calendar_days(path: PricePath) -> None:
    x, days = path.log_mid, path.times // 86_400
    at = 2000
    recent = x[(days > days[at] - 30) & (np.arange(len(x)) <= at)]

    place = signals(path).place

    assert place[at] == pytest.approx((x[at] - recent.min()) / (recent.max() - recent.min()))
    assert place.min() >= 0.0
    assert place.max() <= 1.0


def test_a_flat_market_calls_for_nothing(path: PricePath) -> None:
    flat = signals(replace(path, bid=np.full(len(path.bid), 17.0), ask=np.full(len(path.bid), 17.002)))

    assert not flat.week.any()
    assert not flat.month.any()
    assert set(flat.place.tolist()) == {0.5}
