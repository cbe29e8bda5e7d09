from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.bars import MemoryBars
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.domain.bars import Interval, bars_of
from divisa.domain.errors import InvalidInput, NotFound
from divisa.domain.gate import GateState
from divisa.domain.pair import Pair
from divisa.ports import MarketRecord
from divisa.services.read_bars import EARLIEST, MAX_BARS, ReadBars, reach
from tests.builders import USD_MXN, WEDNESDAY, a_quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.bars import Bar
    from divisa.domain.quote import Quote

MINUTE = timedelta(minutes=1)


class Asked(MemoryBars):
    """Bars that know what they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.stretches: list[tuple[datetime, datetime]] = []

    def newest(self, pair: Pair, interval: Interval, since: datetime, until: datetime, limit: int) -> Sequence[Bar]:
        self.stretches.append((since, until))
        return super().newest(pair, interval, since, until, limit)


@pytest.fixture
def bars() -> Asked:
    return Asked()


@pytest.fixture
def read(bars: Asked) -> ReadBars:
    """A pair with a quote a minute for ten minutes."""
    path = [a_quote(at=WEDNESDAY + n * MINUTE, sequence=n) for n in range(10)]
    bars.merge(bars_of(path))
    return a_reader(bars, path[-1])


def a_reader(bars: Asked, newest: Quote) -> ReadBars:
    markets = MemoryMarkets()
    markets.save(MarketRecord(USD_MXN, GateState(), None, newest))
    return ReadBars(frozenset([USD_MXN, Pair("USD", "JPY")]), markets, bars)


def minutes(found: Sequence[Bar]) -> list[int]:
    return [(bar.start - WEDNESDAY) // MINUTE for bar in found]


def test_without_bounds_it_is_the_newest_bars_the_oldest_of_them_first(read: ReadBars) -> None:
    assert minutes(read(USD_MXN, Interval.MINUTE, since=None, until=None, limit=4)) == [6, 7, 8, 9]
    [day] = read(USD_MXN, Interval.DAY, since=None, until=None, limit=4)
    assert day.closed_at == WEDNESDAY + 9 * MINUTE


def test_a_stretch_has_its_first_moment_and_not_its_last(read: ReadBars) -> None:
    since, until = WEDNESDAY + 2 * MINUTE, WEDNESDAY + 5 * MINUTE
    assert minutes(read(USD_MXN, Interval.MINUTE, since=since, until=until, limit=100)) == [2, 3, 4]
    assert minutes(read(USD_MXN, Interval.MINUTE, since=since, until=until, limit=2)) == [3, 4]
    assert read(USD_MXN, Interval.MINUTE, since=until, until=since, limit=2) == []


@pytest.mark.parametrize("interval", Interval)
def test_no_question_looks_back_farther_than_its_answer_may_reach(
    read: ReadBars, bars: Asked, interval: Interval
) -> None:
    far = timedelta(days=10_000)
    for until in (None, WEDNESDAY + far, WEDNESDAY, WEDNESDAY - far):
        read(USD_MXN, interval, since=WEDNESDAY - 30 * far, until=until, limit=MAX_BARS)
    assert all(end - start == reach(interval, MAX_BARS) for start, end in bars.stretches)
    assert [end for _, end in bars.stretches] == [
        interval.start_of(WEDNESDAY + 9 * MINUTE) + interval.length,
        interval.start_of(WEDNESDAY + 9 * MINUTE) + interval.length,
        WEDNESDAY,
        WEDNESDAY - far,
    ]


def test_a_weekend_does_not_shorten_a_chart(bars: Asked) -> None:
    friday = [a_quote(at=WEDNESDAY + timedelta(days=2) - n * MINUTE) for n in range(5)]
    monday = a_quote(at=WEDNESDAY + timedelta(days=5))
    bars.merge(bars_of([*friday, monday]))
    assert len(a_reader(bars, monday)(USD_MXN, Interval.MINUTE, since=None, until=None, limit=6)) == 6


def test_a_pair_without_a_quote_has_no_past(read: ReadBars) -> None:
    assert read(Pair("USD", "JPY"), Interval.HOUR, since=None, until=None, limit=10) == ()


def test_a_pair_that_is_not_served_is_not_found(read: ReadBars) -> None:
    with pytest.raises(NotFound):
        read(Pair("USD", "COP"), Interval.HOUR, since=None, until=None, limit=10)


@pytest.mark.parametrize("limit", [-1, 0, 1001])
def test_a_limit_is_from_one_to_a_thousand(read: ReadBars, limit: int) -> None:
    with pytest.raises(InvalidInput, match="1000"):
        read(USD_MXN, Interval.HOUR, since=None, until=None, limit=limit)


@pytest.mark.parametrize("until", [datetime.min.replace(tzinfo=UTC), EARLIEST, datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("since", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_no_moment_is_too_early_or_too_late_to_ask_about(read: ReadBars, since: datetime, until: datetime) -> None:
    expected = 10 if since < EARLIEST < until else 0
    for interval in Interval:
        found = read(USD_MXN, interval, since=since, until=until, limit=MAX_BARS)
        assert len(found) == (expected if interval is Interval.MINUTE else bool(expected))


def test_before_there_were_bars_there_are_none(read: ReadBars, bars: Asked) -> None:
    read(USD_MXN, Interval.DAY, since=None, until=EARLIEST + timedelta(days=1), limit=MAX_BARS)
    assert bars.stretches == [(EARLIEST, EARLIEST + timedelta(days=1))]
