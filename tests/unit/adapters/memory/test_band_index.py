"""The index names exactly the watches that a tick breaks, whatever happened to it before."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from divisa.adapters.memory.band_index import GREATEST_SLOT, BandIndex
from divisa.adapters.memory.band_index.edges import drawn
from divisa.domain.bands import EVERYWHERE, NOWHERE, Band
from divisa.domain.errors import InvalidInput

pytestmark = pytest.mark.slow

SHARED = st.sampled_from([-1e9, -0.5, -0.0, 0.0, 5e-324, 0.1, math.nextafter(0.1, 1.0), 0.2, 2.83, 2.84, 1e300])
TICKS = SHARED | st.floats(-0.3, 0.3) | st.floats(2.7, 3.0) | st.floats(allow_nan=False, allow_infinity=False)
EDGES = TICKS | st.sampled_from([-math.inf, math.inf, sys.float_info.max, -sys.float_info.max])
BANDS = st.builds(Band, EDGES, EDGES) | st.tuples(EDGES, EDGES).map(lambda edges: Band(min(edges), max(edges)))
SLOTS = st.integers(0, 60) | st.integers(1_000, 5_000)


def broken_of(bands: dict[int, Band], low: float, high: float) -> list[int]:
    """The rule, one watch at a time."""
    return sorted(slot for slot, band in bands.items() if band.broken_by(low, high))


def edges_of(band: Band | None) -> tuple[float, float] | None:
    return None if band is None else (band.lower, band.upper)


class Comparison(RuleBasedStateMachine):
    """An index beside a dictionary that is asked watch by watch."""

    def __init__(self) -> None:
        super().__init__()
        self.index = BandIndex()
        self.bands: dict[int, Band] = {}

    @rule(slot=SLOTS, band=BANDS)
    def put(self, slot: int, band: Band) -> None:
        self.index.put(slot, band.lower, band.upper)
        self.bands[slot] = band

    @rule(rows=st.lists(st.tuples(SLOTS, BANDS), max_size=30))
    def put_many(self, rows: list[tuple[int, Band]]) -> None:
        self.index.put_many(
            [slot for slot, _ in rows], [band.lower for _, band in rows], [band.upper for _, band in rows]
        )
        self.bands.update(rows)

    @rule(seed=st.integers(0, 99), centre=TICKS, width=st.sampled_from([0.0, 1e-12, 0.01, 1.0]))
    def load(self, seed: int, centre: float, width: float) -> None:
        rng = np.random.default_rng(seed)
        slots = rng.integers(0, 3_000, 1_500)
        lowers, uppers = centre - width * rng.random(1_500), centre + width * rng.random(1_500)
        self.index.put_many(slots, lowers, uppers)
        self.bands.update(zip(slots.tolist(), map(Band, lowers.tolist(), uppers.tolist()), strict=True))

    @rule(slot=SLOTS)
    def remove(self, slot: int) -> None:
        assert self.index.remove(slot) == (self.bands.pop(slot, None) is not None)

    @precondition(lambda self: self.bands)
    @rule(data=st.data())
    def remove_one_that_is_there(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(sorted(self.bands)))
        assert self.index.remove(slot)
        del self.bands[slot]

    @rule(x=TICKS)
    def ask(self, x: float) -> None:
        expected = broken_of(self.bands, x, x)
        assert sorted(self.index.broken(x).tolist()) == expected
        assert sorted(self.index.broken(x).tolist()) == expected, "asking changes nothing"

    @precondition(lambda self: self.bands)
    @rule(data=st.data())
    def ask_at_an_edge(self, data: st.DataObject) -> None:
        band = self.bands[data.draw(st.sampled_from(sorted(self.bands)))]
        for edge in (band.lower, band.upper):
            for x in (math.nextafter(edge, -math.inf), edge, math.nextafter(edge, math.inf)):
                if math.isfinite(x):
                    self.ask(x)

    @rule(ticks=st.tuples(TICKS, TICKS))
    def ask_for_a_batch(self, ticks: tuple[float, float]) -> None:
        low, high = min(ticks), max(ticks)
        assert sorted(self.index.broken_within(low, high).tolist()) == broken_of(self.bands, low, high)

    @rule(x=TICKS, width=st.sampled_from([0.0, 1e-9, 0.05]))
    def evaluate_again(self, x: float, width: float) -> None:
        slots = self.index.broken(x)
        self.index.put_many(slots, np.full(len(slots), x - width), np.full(len(slots), x + width))
        self.bands.update((slot, Band(x - width, x + width)) for slot in slots.tolist())

    @invariant()
    def knows_its_watches(self) -> None:
        assert len(self.index) == len(self.bands)
        for slot in (0, 1, 59, 4_999, *list(self.bands)[:3]):
            assert self.index.band(slot) == edges_of(self.bands.get(slot))
            assert (slot in self.index) == (slot in self.bands)


Comparison.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
TestTheIndexEqualsTheRule = Comparison.TestCase


def test_no_more_are_named_than_asked_for_and_the_others_next_time() -> None:
    index = BandIndex()
    index.put_many(np.arange(3000), np.full(3000, 2.83), np.full(3000, 2.84))
    index.put(3000, NOWHERE.lower, NOWHERE.upper)
    for limit, named in ((0, 0), (1, 1), (2000, 2000), (3001, 3001), (9999, 3001), (None, 3001)):
        assert len(set(index.broken_within(2.82, 2.83, limit).tolist())) == named
    seen: set[int] = set()
    while len(found := index.broken_within(2.82, 2.82, 700)):
        assert seen.isdisjoint(found.tolist())
        seen.update(found.tolist())
        index.put_many(found, np.full(len(found), 2.81), np.full(len(found), 2.83))
    assert seen == set(range(3001))


@given(lower=st.floats(-5.0, 5.0), width=st.floats(0.0, 1.0))
@settings(deadline=None)
def test_an_edge_is_exact_to_the_next_representable_price(lower: float, width: float) -> None:
    upper = lower + width
    index = BandIndex()
    index.put(7, lower, upper)
    inside = lower < upper
    assert (not len(index.broken(lower))) == inside
    assert (not len(index.broken(math.nextafter(upper, -math.inf)))) == inside
    assert index.broken(upper).tolist() == [7]
    assert index.broken(math.nextafter(lower, -math.inf)).tolist() == [7]


def test_neighbours_in_one_bucket_are_told_apart_to_the_last_bit() -> None:
    edges = [0.1]
    for _ in range(2_000):
        edges.append(math.nextafter(edges[-1], 1.0))
    index = BandIndex()
    index.put_many(np.arange(2_001), np.full(2_001, -math.inf), np.array(edges))
    for count in (0, 1, 999, 2_000):
        assert sorted(index.broken(edges[count]).tolist()) == list(range(count + 1))


def test_a_watch_is_named_until_it_is_put_again_or_removed() -> None:
    index = BandIndex()
    index.put(1, 0.0, 1.0)
    index.put(2, 0.0, 1.0)
    assert sorted(index.broken(1.5).tolist()) == sorted(index.broken(1.5).tolist()) == [1, 2]
    assert not len(index.broken(0.5)), "back inside, nothing is broken"
    index.put(1, 1.0, 2.0)
    assert index.broken(1.5).tolist() == [2]
    assert index.remove(2)
    assert not len(index.broken(1.5))
    assert not index.remove(2)


def test_open_ends_never_break_and_empty_bands_always_do_once() -> None:
    index = BandIndex()
    bands = (EVERYWHERE, Band(0.3, 0.3), Band(-math.inf, -math.inf), Band(math.inf, math.inf), NOWHERE, Band(0.4, 0.2))
    for slot, band in enumerate(bands):
        index.put(slot, band.lower, band.upper)
    for x in (-sys.float_info.max, 0.0, 0.3, sys.float_info.max):
        assert sorted(index.broken(x).tolist()) == [1, 2, 3, 4, 5]
        assert sorted(index.broken_within(-1.0, 1.0).tolist()) == [1, 2, 3, 4, 5]


def test_a_batch_of_ticks_names_a_watch_once_that_both_its_ends_break() -> None:
    index = BandIndex()
    index.put(4, 0.0, 1.0)
    assert index.broken_within(-1.0, 2.0).tolist() == [4]


@pytest.mark.parametrize(
    ("slot", "lower", "upper"),
    [(0, math.nan, 1.0), (0, 0.0, math.nan), (-1, 0.0, 1.0), (GREATEST_SLOT + 1, 0.0, 1.0)],
)
def test_what_is_no_band_is_refused_and_nothing_of_its_batch_is_kept(slot: int, lower: float, upper: float) -> None:
    index = BandIndex()
    index.put(0, 0.0, 1.0)
    with pytest.raises(InvalidInput):
        index.put(slot, lower, upper)
    for dtype in (np.int32, np.int64):
        with pytest.raises(InvalidInput):
            index.put_many(np.array([0, 5, slot], dtype), [5.0, 5.0, lower], [6.0, 6.0, upper])
    assert len(index) == 1
    assert index.band(0) == (0.0, 1.0)


def test_slots_that_are_no_integers_and_columns_that_do_not_fit_are_refused() -> None:
    index = BandIndex()
    with pytest.raises(InvalidInput, match="integers"):
        index.put_many([0.5], [0.0], [1.0])
    with pytest.raises(InvalidInput, match="shapes"):
        index.put_many([0, 1], [0.0], [1.0, 2.0])


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_a_tick_that_is_no_price_is_refused_by_an_index_full_or_empty(x: float) -> None:
    index = BandIndex()
    for _ in range(2):
        with pytest.raises(InvalidInput, match="range of ticks"):
            index.broken(x)
        with pytest.raises(InvalidInput):
            index.broken_within(x, x)
        index.put(0, -1.0, 1.0)
    with pytest.raises(InvalidInput):
        index.broken_within(1.0, 0.0)


def test_quiet_ticks_are_passed_over_up_to_the_first_that_breaks_or_is_no_price() -> None:
    index = BandIndex()
    index.put(0, -1.0, 1.0)
    ticks = np.array([0.0, 0.5, 1.0, 0.0, math.nan, -1.0, 0.999])
    assert index.first_breaking(ticks) == 2
    assert index.first_breaking(ticks, 3) == 4
    assert index.first_breaking(ticks, 5) == 7


def test_prices_that_wander_off_and_come_back_change_nothing_but_the_buckets() -> None:
    index, bands, rng = BandIndex(), dict[int, Band](), np.random.default_rng(5)
    distances = rng.exponential(0.001, (2, 3_000))
    index.put_many(np.arange(3_000), -distances[0], distances[1])
    bands.update(enumerate(map(Band, (-distances[0]).tolist(), distances[1].tolist())))
    for number, x in enumerate(np.concatenate([np.linspace(0, 1, 150), np.linspace(1, -1, 300)]).tolist()):
        slots = index.broken(x)
        assert sorted(slots.tolist()) == broken_of(bands, x, x)
        below, above = np.random.default_rng(number).exponential(0.001, (2, len(slots)))
        index.put_many(slots, x - below, x + above)
        bands.update(zip(slots.tolist(), map(Band, (x - below).tolist(), (x + above).tolist()), strict=True))


def test_a_replay_does_what_tick_by_tick_does() -> None:
    rng = np.random.default_rng(11)
    ticks = np.cumsum(rng.normal(0.0, 0.003, 600))
    below, above = rng.exponential(0.05, (2, 64))
    draws = np.arange(4_000) % 64
    at_once, by_tick = BandIndex(), BandIndex(4_000)
    for index in (at_once, by_tick):
        index.put_many(np.arange(4_000), -below[draws], above[draws])
    slots, ends = at_once.replay(ticks, below, above)
    start = 0
    for number, (x, end) in enumerate(zip(ticks.tolist(), ends.tolist(), strict=True)):
        broken = sorted(by_tick.broken(x).tolist())
        assert sorted(slots[start:end].tolist()) == broken
        for slot in broken:
            k = drawn(slot, number, 64)
            by_tick.put(slot, x - below[k], x + above[k])
        start = end
    assert start == len(slots) > 4_000, "the answer outgrew its first room"
    assert all(at_once.band(slot) == by_tick.band(slot) for slot in range(4_000))


def test_a_replay_refuses_what_it_cannot_follow() -> None:
    index, some = BandIndex(), np.ones(4)
    with pytest.raises(InvalidInput, match="finite"):
        index.replay(np.array([0.0, math.nan]), some, some)
    for below, above in ((some, np.ones(2)), (np.ones(3), np.ones(3)), (some, -some)):
        with pytest.raises(InvalidInput, match="power of two"):
            index.replay(np.zeros(1), below, above)
    assert len(index.replay(np.empty(0), some, some)[0]) == 0


def test_a_million_watches_would_take_less_than_two_hundred_bytes_each() -> None:
    index = BandIndex(65_536)
    edges = np.random.default_rng(2).exponential(0.02, 65_536)
    index.put_many(np.arange(65_536), -edges, edges)
    assert index.nbytes / len(index) < 60
