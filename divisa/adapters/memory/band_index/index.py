"""The watches that a tick breaks, among a million, at the cost of those that it breaks."""

from __future__ import annotations

import math
import sys
from operator import index as integer
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from divisa.adapters.memory.band_index import edges
from divisa.domain.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from divisa.adapters.memory.band_index.edges import Floats, Parts, Slots

GREATEST_SLOT: Final = edges.GREATEST_SLOT
_SAMPLE: Final = 64 * edges.KNOTS
_BULK: Final = 1024
_ROOM: Final = 2
"""Buckets a side for each watch, at least: neighbours in a bucket are memory that has to be touched."""
_APRON: Final = 32
_WIDENING: Final = 1.25
_BASIS_POINT: Final = 1e-4


class BandIndex:
    """Bands [lower, upper) in log price by slot, and which of them a tick breaks.

    A tick x breaks a watch when `upper <= x` or `lower > x`, compared as float64, exactly. That is a rule on levels:
    `broken` changes nothing, and goes on naming a watch at every such tick until the watch is put with another band or
    removed. An open end is never reached. A band with `lower >= upper` holds no price: every tick breaks its watch,
    which is how a watch is marked for evaluation.

    Slots are small integers of the caller's choice, best dense from 0: memory follows the greatest slot. A slot takes
    32 bytes, a watch 17 to 33 more for its buckets; records that grow slot by slot have up to a third to spare.

    put, remove: O(1). broken: two float comparisons when nothing is broken, however many watches there are, else O(1)
    a watch named. When watches have doubled, or the prices moved to where buckets are coarse, the next call rebuilds
    the buckets in O(watches): O(1) a call when spread over the calls that led to it.

    One thread at a time.
    """

    def __init__(self, capacity: int = 0) -> None:
        """An empty index with room for slots below `capacity`; it grows when they are exceeded."""
        self._answer: Slots = np.empty(1024, np.int32)
        self._parts: Parts
        self._records: NDArray[Any] = _blank(max(capacity, _BULK))
        self._rebuild()

    def __len__(self) -> int:
        """How many watches there are."""
        return int(self._state[edges.LIVE])

    def __contains__(self, slot: int) -> bool:
        """Whether a slot has a watch."""
        return 0 <= slot < len(self._records) and not math.isnan(self._records["key"][slot, edges.UPPER])

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays hold."""
        return sum(int(part.nbytes) for part in self._parts) + self._answer.nbytes

    def band(self, slot: int) -> tuple[float, float] | None:
        """The band of a slot, as it was put; None without a watch."""
        if slot not in self:
            return None
        upper, negative = self._records["key"][slot]
        return -float(negative), float(upper)

    def put(self, slot: int, lower: float, upper: float) -> None:
        """Insert a watch, or replace its band.

        Raises:
            InvalidInput: the slot is out of range, or an edge is no number.
        """
        if not 0 <= integer(slot) <= GREATEST_SLOT or math.isnan(lower) or math.isnan(upper):
            raise InvalidInput(f"[{lower}, {upper}) is no band for slot {slot}")
        if slot >= len(self._records):
            self._grow(slot + 1)
        self._after(edges.put(self._parts, integer(slot), float(lower), float(upper)))

    def put_many(self, slots: ArrayLike, lowers: ArrayLike, uppers: ArrayLike) -> None:
        """Insert or replace many, all or none; where a slot is named twice the last counts.

        As many as there are already, or more, are loaded in bulk: O(watches), some 0.3 µs each.

        Args:
            slots: integers, shape (n,).
            lowers: lower edges in log price, shape (n,).
            uppers: upper edges in log price, shape (n,).

        Raises:
            InvalidInput: a slot is out of range, an edge is no number, or the shapes differ.
        """
        where = _slots(slots)
        low, high = np.ascontiguousarray(lowers, np.float64), np.ascontiguousarray(uppers, np.float64)
        if not where.shape == low.shape == high.shape or where.ndim != 1:
            raise InvalidInput(f"bands of shapes {where.shape}, {low.shape}, {high.shape} do not fit together")
        link = len(where) < max(len(self), _BULK)
        asked, detail = edges.put_many(self._parts, where, low, high, link)
        if asked == edges.GROW:
            self._grow(detail + 1)
            asked, detail = edges.put_many(self._parts, where, low, high, link)
        if asked == edges.REFUSED:
            raise InvalidInput(f"[{low[detail]}, {high[detail]}) is no band for slot {where[detail]}")
        self._after(asked)

    def remove(self, slot: int) -> bool:
        """Forget a watch; False when there was none."""
        if slot not in self:
            return False
        self._after(edges.remove(self._parts, integer(slot)))
        return True

    def broken(self, x: float) -> Slots:
        """The slots whose watch a tick breaks, each once, in no order. Asking again gives the same.

        Args:
            x: log price of the tick.

        Raises:
            InvalidInput: the tick is not finite.
        """
        if self._low <= x < self._high:
            return _NOBODY
        return self.broken_within(x, x)

    def broken_within(self, low: float, high: float, limit: int | None = None) -> Slots:
        """The slots whose watch some tick from `low` to `high` breaks: a batch of ticks by its extremes.

        Args:
            low: lowest log price of the batch.
            high: highest.
            limit: at most so many slots, and no work for the others; None for all.

        Raises:
            InvalidInput: they are not finite, or not in order.
        """
        if not -math.inf < low <= high < math.inf:
            raise InvalidInput(f"{low} to {high} is no range of ticks")
        most = len(self._records) if limit is None else limit
        if (self._low <= low and high < self._high) or most <= 0:
            return _NOBODY
        found = edges.collect(self._parts, float(low), float(high), most, self._answer)
        if found > len(self._answer):
            self._answer = np.empty(found + found // 2, np.int32)
            edges.collect(self._parts, float(low), float(high), most, self._answer)
        answer = self._answer[:found].copy()
        if self._state[edges.WORK] > edges.PATIENCE * self._state[edges.BUILT]:
            self._rebuild()
        return answer

    def first_breaking(self, ticks: Floats, start: int = 0) -> int:
        """Where the first tick is that `broken` would not answer with nobody; `len(ticks)` when there is none.

        Quiet ticks pass at some nanoseconds each.

        Args:
            ticks: log prices, float64, contiguous.
            start: where to begin.
        """
        return edges.first_breaking(self._state, ticks, start)

    def replay(self, ticks: Floats, below: Floats, above: Floats) -> tuple[Slots, NDArray[np.int64]]:
        """Apply a series of ticks without coming back to Python, each broken watch put back around its tick at once.

        For benchmarks and rehearsals: tick number i at x gives a broken watch the band [x - below[k], x + above[k]),
        where k is `edges.drawn(slot, i, len(below))`.

        Args:
            ticks: log prices, finite, float64.
            below: distances, at least 0; their number is a power of two.
            above: distances, as many.

        Returns:
            The slots that broke, in the order of the ticks, and for each tick where its slots end.

        Raises:
            InvalidInput: a tick is not finite, or the distances do not fit.
        """
        if not np.isfinite(ticks).all():
            raise InvalidInput("a tick is not finite")
        size = len(below)
        if size != len(above) or size & (size - 1) or not (np.minimum(below, above) >= 0).all():
            raise InvalidInput("distances are at least 0, and as many below as above, a power of two")
        answer, ends, number = np.empty(max(len(ticks), len(self)), np.int32), np.zeros(len(ticks), np.int64), 0
        while number < len(ticks):
            asked, number = edges.replay(self._parts, ticks, number, below, above, answer, ends)
            if asked == edges.FULL:
                answer = np.concatenate([answer, np.empty_like(answer)])
            self._after(asked)
        return answer[: ends[-1] if len(ends) else 0].copy(), ends

    def _after(self, asked: int) -> None:
        if asked == edges.DUE:
            self._rebuild()
            return
        self._nearest()

    def _nearest(self) -> None:
        """Copy the nearest edges to where Python compares fastest; -inf becomes finite, to let no infinite tick by."""
        self._high = float(self._state[edges.FIRST + edges.UPPER])
        self._low = max(-float(self._state[edges.FIRST + edges.LOWER]), -sys.float_info.max)

    def _grow(self, slots: int) -> None:
        old = self._records
        self._records = _blank(max(slots, len(old) * 3 // 2))
        self._records[: len(old)] = old
        self._parts = (self._records, *self._parts[1:])

    def _rebuild(self) -> None:
        """Cut the price axis by today's edges and put every watch into its bucket."""
        keys = self._records["key"]
        live = int(np.count_nonzero(~np.isnan(keys[:, edges.UPPER])))
        each = max(1, -(-_ROOM * live // edges.KNOTS))
        each = 1 << (each - 1).bit_length()
        buckets = each * edges.KNOTS
        words = buckets >> 6
        heads = np.full((2, buckets), -1, np.int32)
        bits = np.zeros((2, words + (words + 63 >> 6)), np.uint64)
        axis = np.stack([_axis(keys[:, side], live, each) for side in (edges.UPPER, edges.LOWER)])
        self._state = np.zeros(8)
        self._parts = self._records, heads, bits, axis, self._state
        edges.link_all(self._parts)
        self._nearest()


def _axis(keys: Floats, live: int, each: int) -> Floats:
    """Knots at quantiles of the keys, and buckets a unit of log price between them; shape (KNOTS, 2).

    An apron of ever wider intervals lies before the first key: when the price turns, the new edges come there.
    """
    sample = keys[:: max(1, live // _SAMPLE)]
    sample = np.sort(sample[np.isfinite(sample)])
    places = np.linspace(0, len(sample) - 1, min(len(sample), edges.KNOTS - _APRON)).astype(np.intp)
    knots = np.unique(sample[places])
    axis = np.full((edges.KNOTS, 2), math.inf)
    if not len(knots):
        return axis
    with np.errstate(over="ignore", invalid="ignore"):  # edges as far apart as floats go: infinite, and left out
        width = np.quantile(np.diff(knots), 0.25) if len(knots) > 1 else _BASIS_POINT
        apron = knots[0] - width * (_WIDENING ** np.arange(_APRON, 0, -1.0) - 1.0) / (_WIDENING - 1.0)
        knots = np.unique(np.append(apron[np.isfinite(apron)], knots))
        axis[: len(knots) - 1, 1] = each / np.diff(knots)
    axis[: len(knots), 0] = knots
    axis[len(knots) - 1, 1] = axis[len(knots) - 2, 1] if len(knots) > 1 else 1.0
    return axis


def _slots(slots: ArrayLike) -> Slots:
    given = np.asarray(slots)
    if given.dtype == np.int32:
        return np.ascontiguousarray(given)
    if given.size and (given.dtype.kind not in "iu" or given.min() < 0 or given.max() > GREATEST_SLOT):
        raise InvalidInput(f"slots are integers from 0 to {GREATEST_SLOT}")
    return np.ascontiguousarray(given, np.int32)


def _blank(slots: int) -> NDArray[Any]:
    records = np.empty((slots, 2), edges.RECORD)
    records["key"], records["next"], records["before"] = math.nan, -1, -1
    return records


_NOBODY: Final = np.empty(0, np.int32)
_NOBODY.flags.writeable = False
