"""Two queues of edges, compiled: what `BandIndex` is made of.

Each side of the bands is a queue of keys in which a tick takes everything up to a limit. The key of an upper edge is
the edge, of a lower edge its negative, so that both sides run the same code (negation loses nothing):

    upper <= x   is   key <= x
    lower > x    is   key < -x, which is key <= the float just below -x

Keys lie in buckets on the price axis, each bucket a doubly linked list whose links are part of the records, under a
bitmap of two levels that finds the next bucket with something in it. The axis is cut at `KNOTS` quantiles and evenly
between them, so buckets are fine where edges are dense, whatever their distribution; beyond the outer knots a bucket is
as wide as it must be. A larger key never has a lower bucket, hence only the bucket of the limit needs comparisons, and
those are exact.

Everything lives in five arrays, passed around as `Parts`: what is compiled allocates nothing. It is one file because
numba compiles anew when the file of a function changes, not when the file of what it calls does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Slots: TypeAlias = NDArray[np.int32]
Records: TypeAlias = NDArray[Any]
Parts: TypeAlias = tuple[Records, Slots, NDArray[np.uint64], Floats, Floats]
"""`records` (n, 2) of `RECORD`, `heads` (2, buckets), `bits` (2, words), `axis` (2, KNOTS, 2), `state` (8,)."""
Function = TypeVar("Function", bound=Callable[..., Any])

RECORD: Final = np.dtype([("key", np.float64), ("next", np.int32), ("before", np.int32)])
"""One edge: its key (NaN: no watch; +inf: never broken, in no list), the slots after and before it in its bucket.

`next` is -1 at the end. `before` is -2 - bucket at the head of a bucket, and -1 for what is in no list.
"""
GREATEST_SLOT: Final = 2**30 - 1
UPPER, LOWER = 0, 1
KNOTS: Final = 256
FIRST, STALE, LIVE, BUILT, WORK = 0, 2, 4, 5, 6
"""Places in `state`: smallest key of each side; whether it left; watches; watches when built; futile steps since."""
DONE, DUE, GROW, REFUSED, FULL = range(5)
"""What a call asks for: nothing; a rebuild; longer records; a valid band; more room for its answer."""
PATIENCE: Final = 8
"""Futile steps a watch before a rebuild: about what a rebuild costs, so that it at most doubles the work."""
_DE_BRUIJN: Final = 0x03F79D71B4CB0A89


def compiled(function: Function) -> Function:
    """Compile with numba at the first call; the machine code is kept in `__pycache__` for the next process."""
    return cast("Function", njit(cache=True)(function))


def inlined(function: Function) -> Function:
    """As `compiled`, merged into its callers: passing five arrays on costs more than most of these steps."""
    return cast("Function", njit(cache=True, forceinline=True)(function))


def _positions_of_bits() -> NDArray[np.int64]:
    positions = np.empty(64, np.int64)
    for bit in range(64):
        positions[(_DE_BRUIJN << bit) % 2**64 >> 58] = bit
    return positions


_POSITION = _positions_of_bits()
_MULTIPLIER, _TOP, _ONE, _NONE = np.uint64(_DE_BRUIJN), np.uint64(58), np.uint64(1), np.uint64(0)
_ALL = np.uint64(2**64 - 1)


@compiled
def _lowest(word: np.uint64) -> int:
    """The number of the lowest bit that is set."""
    return int(_POSITION[((word & (~word + _ONE)) * _MULTIPLIER) >> _TOP])


@compiled
def _bucket(axis: Floats, side: int, key: float, each: int) -> int:
    """The bucket of a key; grows with the key, never falls."""
    if key < axis[side, 0, 0]:
        return 0
    at, step = 0, KNOTS >> 1
    while step:
        at += step * (axis[side, at + step, 0] <= key)
        step >>= 1
    along = (key - axis[side, at, 0]) * axis[side, at, 1]
    if not along < each:  # the end of the interval, or no number: an interval too wide or too narrow to divide
        return at * each + each - 1
    return at * each + int(along)


@compiled
def _occupied(bits: NDArray[np.uint64], side: int, words: int, start: int) -> int:
    """The lowest bucket from `start` on with something in it, or -1."""
    word = start >> 6
    if word >= words:
        return -1
    rest = bits[side, word] & (_ALL << np.uint64(start & 63))
    if rest:
        return (word << 6) + _lowest(rest)
    word += 1
    above = word >> 6
    summaries = bits.shape[1] - words
    if above >= summaries:
        return -1
    rest = bits[side, words + above] & (_ALL << np.uint64(word & 63))
    while not rest:
        above += 1
        if above >= summaries:
            return -1
        rest = bits[side, words + above]
    word = (above << 6) + _lowest(rest)
    return (word << 6) + _lowest(bits[side, word])


@inlined
def _link(
    records: Records, heads: Slots, bits: NDArray[np.uint64], axis: Floats, state: Floats, slot: int, side: int
) -> None:
    """Put an edge whose key is set, and which is in no list, into its bucket. O(1)."""
    key = records[slot, side].key
    records[slot, side].before = -1
    if not key < math.inf:
        return
    buckets = heads.shape[1]
    bucket = _bucket(axis, side, key, buckets // KNOTS)
    head = heads[side, bucket]
    records[slot, side].next = head
    records[slot, side].before = -2 - bucket
    heads[side, bucket] = slot
    if head >= 0:
        records[head, side].before = slot
    else:
        word = bucket >> 6
        bits[side, word] |= _ONE << np.uint64(bucket & 63)
        bits[side, (buckets >> 6) + (word >> 6)] |= _ONE << np.uint64(word & 63)
    if key < state[FIRST + side]:
        state[FIRST + side] = key


@inlined
def _unlink(
    records: Records, heads: Slots, bits: NDArray[np.uint64], axis: Floats, state: Floats, slot: int, side: int
) -> None:
    """Take an edge out of its bucket, if it is in one. O(1)."""
    before, after = records[slot, side].before, records[slot, side].next
    if before == -1:
        return
    records[slot, side].before = -1
    if after >= 0:
        records[after, side].before = before
    if before >= 0:
        records[before, side].next = after
    else:
        bucket = -2 - before
        heads[side, bucket] = after
        if after < 0:
            word = bucket >> 6
            bits[side, word] &= ~(_ONE << np.uint64(bucket & 63))
            if bits[side, word] == _NONE:
                bits[side, (heads.shape[1] >> 6) + (word >> 6)] &= ~(_ONE << np.uint64(word & 63))
    if records[slot, side].key == state[FIRST + side]:
        state[STALE + side] = 1.0


@compiled
def _settle(records: Records, heads: Slots, bits: NDArray[np.uint64], axis: Floats, state: Floats) -> int:
    """Find the nearest edges again where they have left; DUE when the buckets have become too coarse, else DONE."""
    buckets = heads.shape[1]
    for side in range(2):
        if state[STALE + side] == 0.0:
            continue
        state[STALE + side] = 0.0
        known = state[FIRST + side]  # no key is below it
        bucket = _occupied(bits, side, buckets >> 6, _bucket(axis, side, known, buckets // KNOTS))
        nearest = math.inf
        slot = heads[side, bucket] if bucket >= 0 else -1
        steps = -1
        while slot >= 0 and nearest != known:
            nearest = min(nearest, records[slot, side].key)
            slot = records[slot, side].next
            steps += 1
        state[FIRST + side] = nearest
        state[WORK] += max(steps, 0)
    live = state[LIVE]
    return DUE if live > 2.0 * state[BUILT] or state[WORK] > PATIENCE * max(live, state[BUILT]) else DONE


@inlined
def _store(
    records: Records,
    heads: Slots,
    bits: NDArray[np.uint64],
    axis: Floats,
    state: Floats,
    slot: int,
    lower: float,
    upper: float,
) -> None:
    """Insert a band, or replace the slot's. O(1)."""
    if math.isnan(records[slot, UPPER].key):
        state[LIVE] += 1.0
    else:
        _unlink(records, heads, bits, axis, state, slot, UPPER)
        _unlink(records, heads, bits, axis, state, slot, LOWER)
    records[slot, UPPER].key = upper
    records[slot, LOWER].key = -lower
    _link(records, heads, bits, axis, state, slot, UPPER)
    _link(records, heads, bits, axis, state, slot, LOWER)


@compiled
def put(parts: Parts, slot: int, lower: float, upper: float) -> int:
    """Store one band of a slot below `len(records)`. O(1); returns DONE or DUE."""
    records, heads, bits, axis, state = parts
    _store(records, heads, bits, axis, state, slot, lower, upper)
    return _settle(records, heads, bits, axis, state)


@compiled
def put_many(parts: Parts, slots: Slots, lowers: Floats, uppers: Floats, link: bool) -> tuple[int, int]:
    """Store bands, all or none; the last of a slot counts. O(1) each.

    With `link` False only the keys are written, and `link_all` has to follow.

    Returns:
        (DONE or DUE, 0), (REFUSED, row of the first that is no band of a slot), or (GROW, the greatest slot).
    """
    records, heads, bits, axis, state = parts
    greatest = -1
    for row in range(len(slots)):
        if not 0 <= slots[row] <= GREATEST_SLOT or math.isnan(lowers[row]) or math.isnan(uppers[row]):
            return REFUSED, row
        greatest = max(greatest, slots[row])
    if greatest >= len(records):
        return GROW, greatest
    for row in range(len(slots)):
        if link:
            _store(records, heads, bits, axis, state, slots[row], lowers[row], uppers[row])
        else:
            records[slots[row], UPPER].key = uppers[row]
            records[slots[row], LOWER].key = -lowers[row]
    return (_settle(records, heads, bits, axis, state) if link else DUE), 0


@compiled
def remove(parts: Parts, slot: int) -> int:
    """Forget the watch of a slot below `len(records)` that has one. O(1); returns DONE or DUE."""
    records, heads, bits, axis, state = parts
    for side in range(2):
        _unlink(records, heads, bits, axis, state, slot, side)
        records[slot, side].key = math.nan
    state[LIVE] -= 1.0
    return _settle(records, heads, bits, axis, state)


@compiled
def link_all(parts: Parts) -> None:
    """Build the lists of every record anew; `heads` must be -1 and `bits` 0 throughout. O(records)."""
    records, heads, bits, axis, state = parts
    state[:] = 0.0
    for side in range(2):
        state[FIRST + side] = math.inf
        for slot in range(len(records)):
            _link(records, heads, bits, axis, state, slot, side)
    for slot in range(len(records)):
        if not math.isnan(records[slot, UPPER].key):
            state[LIVE] += 1.0
    state[BUILT] = max(state[LIVE], 1.0 * KNOTS)


@compiled
def _collect(
    records: Records,
    heads: Slots,
    bits: NDArray[np.uint64],
    axis: Floats,
    state: Floats,
    low: float,
    high: float,
    most: int,
    answer: Slots,
) -> int:
    """Write slots with `upper <= high` or `lower > low`, each once, into `answer`, and return their number.

    It stops at `most`. Others than the first `len(answer)` are counted and not written. O(1 + answers + edges beyond
    the limits in their buckets).
    """
    buckets = heads.shape[1]
    found = 0
    for side in range(2):
        limit = high if side == UPPER else np.nextafter(-low, -math.inf)
        first = state[FIRST + side]
        if not first <= limit:
            continue
        last = _bucket(axis, side, limit, buckets // KNOTS)
        bucket = _occupied(bits, side, buckets >> 6, _bucket(axis, side, first, buckets // KNOTS))
        while 0 <= bucket <= last:
            slot = heads[side, bucket]
            while slot >= 0:
                after = records[slot, side].next
                if records[slot, side].key > limit:
                    state[WORK] += 1.0
                elif side == UPPER or records[slot, UPPER].key > high:
                    if found < len(answer):
                        answer[found] = slot
                    found += 1
                    if found >= most:
                        return found
                slot = after
            bucket = _occupied(bits, side, buckets >> 6, bucket + 1)
    return found


@compiled
def collect(parts: Parts, low: float, high: float, most: int, answer: Slots) -> int:
    """As `_collect`, for Python."""
    records, heads, bits, axis, state = parts
    return _collect(records, heads, bits, axis, state, low, high, most, answer)


@compiled
def first_breaking(state: Floats, ticks: Floats, start: int) -> int:
    """The first place from `start` on whose tick breaks a watch or is no finite number; `len(ticks)` without one."""
    low, high = -state[FIRST + LOWER], state[FIRST + UPPER]
    for place in range(start, len(ticks)):
        if not (low <= ticks[place] < high and math.isfinite(ticks[place])):
            return place
    return len(ticks)


@compiled
def drawn(slot: int, number: int, size: int) -> int:
    """Which of `size` (a power of two) prepared bands the watch of a slot gets when tick `number` breaks it."""
    return (slot * 7919 + number * 104729) & (size - 1)


@compiled
def replay(
    parts: Parts, ticks: Floats, start: int, below: Floats, above: Floats, answer: Slots, ends: NDArray[np.int64]
) -> tuple[int, int]:
    """Apply ticks from `start` on; each broken watch gets the band [x - below[k], x + above[k]), k by `drawn`.

    `ends[i]` becomes the length of `answer` after tick i.

    Returns:
        What stopped it (DONE, DUE, FULL), and the tick to go on with.
    """
    records, heads, bits, axis, state = parts
    filled = ends[start - 1] if start else 0
    for number in range(start, len(ticks)):
        x = ticks[number]
        if not -state[FIRST + LOWER] <= x < state[FIRST + UPPER]:
            room = answer[filled:]
            found = _collect(records, heads, bits, axis, state, x, x, len(records), room)
            if found > len(room):
                return FULL, number
            for row in range(found):
                k = drawn(room[row], number, len(below))
                _store(records, heads, bits, axis, state, room[row], x - below[k], x + above[k])
            filled += found
            ends[number] = filled
            if _settle(records, heads, bits, axis, state) == DUE:
                return DUE, number + 1
        ends[number] = filled
    return DONE, len(ticks)
