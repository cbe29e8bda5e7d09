from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from divisa.adapters.aws.bars import DynamoBars
from divisa.adapters.memory.bars import MemoryBars
from divisa.domain.bars import Bar, Interval, bars_of
from divisa.domain.pair import Pair
from divisa.domain.quote import Quote
from tests.contract.conftest import make_tables
from tests.unit.adapters.strategies import quotes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.ports import Bars

MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")
SINCE, UNTIL = datetime(1990, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def bars(side: str, request: pytest.FixtureRequest) -> Bars:
    if side == "memory":
        return MemoryBars()
    return DynamoBars(make_tables(request.getfixturevalue("cloud")).bars)


def a_quote(at: datetime, mid: str = "17.05", pair: Pair = MXN) -> Quote:
    return Quote(pair, Decimal(mid) - 1, Decimal(mid) + 1, at, 1, "test")


def starts(found: Iterable[Bar]) -> list[datetime]:
    return [bar.start for bar in found]


def test_where_nothing_is_stored_there_is_nothing(bars: Bars) -> None:
    bars.merge([])
    assert list(bars.newest(MXN, Interval.MINUTE, NEW_YEAR, NEW_YEAR + timedelta(days=5), 10)) == []


def test_a_bar_comes_back_whole(bars: Bars) -> None:
    at = NEW_YEAR + timedelta(hours=15, minutes=4, microseconds=1)
    mine = bars_of([a_quote(at, "17.0512345"), a_quote(at + timedelta(seconds=5), "16.10")])
    bars.merge(mine)
    for bar in mine:
        [found] = bars.newest(MXN, bar.interval, bar.start, bar.start + bar.interval.length, 10)
        assert found == bar
        assert repr(found) == repr(bar)
    assert list(bars.newest(BRL, Interval.DAY, NEW_YEAR, NEW_YEAR + timedelta(days=1), 10)) == []


def test_bars_are_joined_with_those_that_are_stored(bars: Bars) -> None:
    path = [a_quote(NEW_YEAR + timedelta(seconds=n), mid) for n, mid in enumerate(["17", "19", "16", "18"])]
    for batch in ([path[2]], path[:2], [path[3]], path[:3]):
        bars.merge(bars_of(batch))
    for bar in bars_of(path):
        assert list(bars.newest(MXN, bar.interval, NEW_YEAR, NEW_YEAR + timedelta(days=1), 10)) == [bar]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.lists(quotes(), min_size=1, max_size=6), cut=st.integers(0, 6))
def test_merging_twice_and_in_any_batches_changes_nothing(side: str, bars: Bars, path: list[Quote], cut: int) -> None:
    if side == "memory":
        bars = MemoryBars()
    else:  # Each example in a market of its own.
        path = [Quote(MXN, q.bid, q.ask, q.event_time.replace(year=2024), q.sequence, q.source) for q in path]
    bars.merge(bars_of(path[cut:]))
    bars.merge(bars_of(path[:cut]))
    stored = {bar.key: bar for bar in bars_of(path)}
    once = {key: _stored(bars, bar) for key, bar in stored.items()}
    bars.merge([*bars_of(path), *bars_of(path[::-1])])
    assert {key: _stored(bars, bar) for key, bar in stored.items()} == once
    for key, bar in stored.items():
        assert once[key] == once[key].join(bar)


def _stored(bars: Bars, bar: Bar) -> Bar:
    [found] = bars.newest(bar.pair, bar.interval, bar.start, bar.start + bar.interval.length, 2)
    return found


@pytest.mark.parametrize("interval", Interval)
def test_bars_are_found_from_since_up_to_before_until_the_oldest_first(bars: Bars, interval: Interval) -> None:
    """Over the turn of a day, a month and a year, where the stretches meet."""
    first = NEW_YEAR - 3 * interval.length
    bars.merge(bars_of(a_quote(first + n * interval.length) for n in range(6)))
    step = interval.length

    def found(since: datetime, until: datetime, limit: int = 100) -> list[int]:
        return [(start - first) // step for start in starts(bars.newest(MXN, interval, since, until, limit))]

    assert found(first, first + 6 * step) == [0, 1, 2, 3, 4, 5]
    assert found(first + step, first + 4 * step) == [1, 2, 3]
    assert found(first + step / 2, first + 4 * step + step / 2) == [1, 2, 3, 4]
    assert found(first, first + 6 * step, 4) == [2, 3, 4, 5]
    assert found(first, first + 5 * step, 1) == [4]
    assert found(first + 2 * step, first + 2 * step) == []
    assert found(first + 3 * step, first + step) == []
    assert found(first - 40 * step, first + 40 * step, 6) == [0, 1, 2, 3, 4, 5]


def test_many_bars_are_merged_and_found_at_once(bars: Bars) -> None:
    path = [a_quote(NEW_YEAR + timedelta(minutes=n), str(17 + n)) for n in range(130)]
    bars.merge(bars_of(path))
    found = bars.newest(MXN, Interval.MINUTE, NEW_YEAR, NEW_YEAR + timedelta(days=1), 1000)
    assert [bar.close for bar in found] == [quote.mid for quote in path]
    assert len(bars.newest(MXN, Interval.HOUR, NEW_YEAR, NEW_YEAR + timedelta(days=1), 1000)) == 3
