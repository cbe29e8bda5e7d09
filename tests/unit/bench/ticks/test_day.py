from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.ticks.day import bridged, day_of, real_day
from divisa.domain.errors import InvalidFile
from divisa.domain.gate import market_is_open
from divisa.domain.market import fold
from tests.unit.bench.ticks.builders import FIRST, a_day

if TYPE_CHECKING:
    from pathlib import Path


def test_the_day_has_a_tick_a_second_while_the_market_is_open() -> None:
    day = real_day()
    assert len(day.quotes) == len(day.log_mids) == 86_400
    first, last = day.quotes[0], day.quotes[-1]
    assert last.event_time - first.event_time == timedelta(seconds=86_399)
    assert market_is_open(first.event_time)
    assert market_is_open(last.event_time)
    assert day.log_mids.tolist()[::997] == [quote.log_mid for quote in day.quotes[::997]]
    assert 0.005 < float(np.diff(day.log_mids).std()) * 86_400**0.5 < 0.009
    assert day.before.as_of < first.event_time.timestamp()
    assert abs(day.before.log_mid - first.log_mid) < 0.01
    assert day.is_dense
    assert not day.first(10_000).is_dense
    assert not replace(
        day, quotes=[*day.quotes[:-1], replace(last, event_time=last.event_time + timedelta(days=9))]
    ).is_dense


def test_seconds_go_through_the_minutes_and_wander_in_between() -> None:
    minutes = np.array([1.0, 1.1, 1.05])
    seconds = bridged(minutes)
    assert len(seconds) == 120
    assert seconds[[0, 60]].tolist() == [1.0, 1.1]
    assert float(np.abs(np.diff(seconds)).sum()) > 0.3


def test_everybody_is_refreshed_every_six_hours_in_a_market_that_has_followed_the_price() -> None:
    day = a_day(1800)  # of half a minute: fifteen hours
    first, second, third = day.stretches()
    assert [(each.start, each.end) for each in (first, second, third)] == [(0, 720), (720, 1440), (1440, 1800)]
    state = day.before
    for number, quote in enumerate(day.quotes[:721]):
        state = fold(state, quote)
        if number == 0:
            assert first.market == state
    assert second.market == state
    assert len(day.first(100).stretches()) == 1
    assert day.first(100).stretches()[0].end == 100


def test_the_ticks_of_a_file_are_used_as_they_are(tmp_path: Path) -> None:
    rows = [
        f"EUR/USD,{(FIRST + number * timedelta(minutes=7)).isoformat()},1.08{number},1.09{number}"
        for number in range(9)
    ]
    other = f"USD/MXN,{FIRST.isoformat()},17.01,17.02"
    path = tmp_path / "ticks.csv"
    path.write_text("\n".join(["pair,event_time,bid,ask", *rows, other, "EUR/USD,nonsense,1,2"]) + "\n")
    day = day_of(path)
    assert [str(quote.bid) for quote in day.quotes] == [f"1.08{number}" for number in range(9)]
    assert {str(quote.pair) for quote in day.quotes} == {"EUR/USD"}
    assert day.origin == "ticks.csv"
    assert day.before.as_of < FIRST.timestamp()
    assert day.before.log_mid == pytest.approx(day.log_mids[0], abs=0.1)


def test_a_file_of_one_tick_is_a_short_day(tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    path.write_text(f"pair,event_time,bid,ask\nUSD/MXN,{FIRST.isoformat()},17.01,17.02\n")
    [stretch] = day_of(path).stretches()
    assert (stretch.start, stretch.end) == (0, 1)


def test_a_file_that_holds_no_ticks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    path.write_text("pair,event_time,bid,ask\nUSD/MXN,nonsense,1,2\n")
    with pytest.raises(InvalidFile, match="no usable row"):
        day_of(path)
    with pytest.raises(InvalidFile):
        day_of(tmp_path / "missing.csv")
