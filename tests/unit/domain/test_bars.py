from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.bars import Bar, Interval, bar_of, bars_of, joined
from divisa.domain.pair import Pair
from tests.builders import USD_MXN, WEDNESDAY, a_quote
from tests.unit.adapters.strategies import moments, quotes

if TYPE_CHECKING:
    from divisa.domain.quote import Quote

HOUR = WEDNESDAY.replace(minute=0)


def at_minutes(*minutes: float) -> list[Quote]:
    """Quotes of one hour, whose mids are 17 and a hundredth for each of them before."""
    return [
        a_quote(Decimal(17) + Decimal(number) / 100, at=HOUR + timedelta(minutes=minute), sequence=number)
        for number, minute in enumerate(minutes)
    ]


def as_set(bars: list[Bar]) -> set[Bar]:
    assert len(bars) == len({bar.key for bar in bars})
    return set(bars)


def test_a_quote_is_in_a_bar_of_each_interval() -> None:
    quote = a_quote("17.05", at=datetime(2024, 1, 10, 15, 42, 7, tzinfo=UTC))
    bars = bars_of([quote])
    assert [(bar.interval, bar.start) for bar in bars] == [
        (Interval.MINUTE, datetime(2024, 1, 10, 15, 42, tzinfo=UTC)),
        (Interval.HOUR, datetime(2024, 1, 10, 15, tzinfo=UTC)),
        (Interval.DAY, datetime(2024, 1, 10, tzinfo=UTC)),
    ]
    mid = Decimal("17.05")
    assert all((bar.open, bar.high, bar.low, bar.close) == (mid, mid, mid, mid) for bar in bars)


def test_a_bar_opens_with_the_first_mid_closes_with_the_last_and_spans_the_others() -> None:
    mids = ["17.02", "17.09", "16.98", "17.01"]
    path = [a_quote(mid, at=HOUR + timedelta(minutes=n), sequence=n) for n, mid in enumerate(mids)]
    [hour] = [bar for bar in bars_of(path) if bar.interval is Interval.HOUR]
    assert (hour.open, hour.high, hour.low, hour.close) == tuple(map(Decimal, ["17.02", "17.09", "16.98", "17.01"]))
    assert (hour.opened_at, hour.closed_at) == (HOUR, HOUR + timedelta(minutes=3))


def test_a_quote_at_the_end_of_a_bar_is_the_next_ones() -> None:
    minutes = [bar for bar in bars_of(at_minutes(0, 0.999, 1)) if bar.interval is Interval.MINUTE]
    assert [bar.start for bar in minutes] == [HOUR, HOUR + timedelta(minutes=1)]
    assert [bar.closed_at - bar.opened_at for bar in minutes] == [timedelta(minutes=0.999), timedelta(0)]


@given(moments(), st.sampled_from(Interval))
def test_a_moment_lies_in_the_bar_that_starts_at_or_before_it(at: datetime, interval: Interval) -> None:
    start = interval.start_of(at)
    assert start <= at < start + interval.length
    assert interval.start_of(start) == start
    assert start.tzinfo is UTC


@pytest.mark.slow
@given(st.lists(quotes(), max_size=12), st.integers(0, 12), st.data())
def test_bars_are_the_same_however_their_quotes_come(path: list[Quote], cut: int, data: st.DataObject) -> None:
    """In any order, in any batches, any of them twice."""
    shuffled = data.draw(st.permutations(path))
    again = data.draw(st.lists(st.sampled_from(path), max_size=5)) if path else []
    batches = [shuffled[:cut], again, shuffled[cut:]]
    assert as_set(joined(bar for batch in batches for bar in bars_of(batch))) == as_set(bars_of(path))


@pytest.mark.slow
@given(st.lists(quotes(), min_size=3, max_size=3), st.sampled_from(Interval))
def test_the_join_is_that_of_a_semilattice(three: list[Quote], interval: Interval) -> None:
    pair, moment = three[0].pair, three[0].event_time
    # Of one bar, and, for the hardest case, at times one moment.
    near = [replace(quote, pair=pair, event_time=moment) for quote in three]
    end = interval.start_of(moment) + interval.length - timedelta(microseconds=1)
    for spread in (near, [near[0], replace(near[1], event_time=end), near[2]]):
        a, b, c = (bar_of(quote, interval) for quote in spread)
        assert a.join(b) == b.join(a)
        assert a.join(b).join(c) == a.join(b.join(c))
        assert a.join(a) == a
        assert a.join(b).join(a) == a.join(b)


@pytest.mark.slow
@given(st.lists(quotes(), min_size=1, max_size=8))
def test_a_bar_is_what_its_quotes_in_order_of_time_say(path: list[Quote]) -> None:
    times = sorted({quote.event_time for quote in path})
    ordered = sorted(
        {quote.event_time: quote for quote in path}.values(), key=lambda quote: times.index(quote.event_time)
    )
    of_pair = [replace(quote, pair=USD_MXN) for quote in ordered]
    for bar in bars_of(of_pair):
        inside = [quote.mid for quote in of_pair if bar.interval.start_of(quote.event_time) == bar.start]
        assert (bar.open, bar.close) == (inside[0], inside[-1])
        assert (bar.low, bar.high) == (min(inside), max(inside))


def test_bars_of_different_stretches_have_no_join() -> None:
    first, second = (bar_of(quote, Interval.MINUTE) for quote in at_minutes(0, 1))
    other = replace(first, pair=Pair("USD", "BRL"))
    for stranger in (second, other, bar_of(at_minutes(0)[0], Interval.HOUR)):
        with pytest.raises(ValueError, match="no join"):
            first.join(stranger)


def test_bars_come_in_the_order_in_which_they_begin() -> None:
    for interval in Interval:
        starts = [bar.start for bar in bars_of(at_minutes(0, 30, 61, 200)) if bar.interval is interval]
        assert all(earlier < later for earlier, later in pairwise(starts))
