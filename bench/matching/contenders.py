"""Ways to find the watches that a tick breaks, each as good as it gets in its own style."""

from __future__ import annotations

import math
import sys
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Protocol

import numpy as np

from divisa.adapters.memory.band_index import BandIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from bench.matching.workload import Floats, Workload

NOBODY = np.empty(0, np.int64)
Heap = list[tuple[float, int]]


class Contender(Protocol):
    """Holds the watches of a workload."""

    def tick(self, number: int, x: float) -> Iterable[int]:
        """Apply a tick: the slots of the watches that it broke, each back in with its new band."""

    def nbytes(self) -> int:
        """What its own structures hold now."""


class Index:
    """`BandIndex`, called from Python tick by tick."""

    def __init__(self, work: Workload) -> None:
        self._work = work
        self._index = BandIndex(len(work.lowers))
        self._index.put_many(np.arange(len(work.lowers)), work.lowers, work.uppers)

    def tick(self, number: int, x: float) -> Iterable[int]:
        """One query; one call that puts all the new bands."""
        slots = self._index.broken(x)
        if len(slots):
            self._index.put_many(slots, *self._work.all_renewed(slots.astype(np.int64), number, x))
        return slots

    def nbytes(self) -> int:
        """Records and buckets."""
        return self._index.nbytes


class Scan:
    """Two arrays, every watch compared at every tick."""

    def __init__(self, work: Workload) -> None:
        self._work = work
        self._lowers, self._uppers = work.lowers.copy(), work.uppers.copy()

    def tick(self, number: int, x: float) -> Iterable[int]:
        """Two comparisons a watch."""
        slots = np.flatnonzero((self._uppers <= x) | (self._lowers > x))
        if len(slots):
            self._lowers[slots], self._uppers[slots] = self._work.all_renewed(slots, number, x)
        return slots

    def nbytes(self) -> int:
        """The edges."""
        return self._lowers.nbytes + self._uppers.nbytes


class Heaps:
    """A heap of upper and one of lower edges; entries of replaced bands stay until they surface."""

    def __init__(self, work: Workload) -> None:
        self._work = work
        self._lowers, self._uppers = work.lowers.tolist(), work.uppers.tolist()
        self._above: Heap = [(upper, slot) for slot, upper in enumerate(self._uppers) if upper < math.inf]
        self._below: Heap = [(-lower, slot) for slot, lower in enumerate(self._lowers) if lower > -math.inf]
        heapify(self._above)
        heapify(self._below)

    def tick(self, number: int, x: float) -> Iterable[int]:
        """Pop what the tick has passed, push the new edges."""
        above, below, uppers, lowers = self._above, self._below, self._uppers, self._lowers
        broken = []
        while above and above[0][0] <= x:
            edge, slot = heappop(above)
            if uppers[slot] == edge:
                uppers[slot] = math.inf
                broken.append(slot)
        while below and below[0][0] < -x:
            edge, slot = heappop(below)
            if lowers[slot] == -edge:
                lowers[slot] = -math.inf
                broken.append(slot)
        for slot in broken:
            lower, upper = lowers[slot], uppers[slot] = self._work.renewed(slot, number, x)
            if upper < math.inf:
                heappush(above, (upper, slot))
            if lower > -math.inf:
                heappush(below, (-lower, slot))
        return broken

    def nbytes(self) -> int:
        """Lists, tuples, and a float and an integer of each entry."""
        entries = len(self._above) + len(self._below)
        lists = (self._above, self._below, self._lowers, self._uppers)
        each = sys.getsizeof(self._above[0]) + sys.getsizeof(1.0) + sys.getsizeof(1)
        return sum(sys.getsizeof(held) for held in lists) + entries * each


class SortedSide:
    """One side's keys in an array, sorted now and then; what came since the last time is in a heap."""

    def __init__(self, keys: Floats) -> None:
        self.keys = keys
        """The present key of each slot, ascending towards the price."""
        self.sort()

    def sort(self) -> None:
        """Everything into the array."""
        self._slots = np.argsort(self.keys).astype(np.int32)
        self._sorted = self.keys[self._slots]
        self._from = 0
        self.recent: Heap = []
        self._nearest()

    def take(self, limit: float) -> NDArray[np.int64]:
        """Slots whose key is at most `limit`; stale entries and doubles are left out."""
        if self._next > limit and not (self.recent and self.recent[0][0] <= limit):
            return NOBODY
        end = int(np.searchsorted(self._sorted, limit, side="right"))
        slots = self._slots[self._from : end].astype(np.int64)
        found = [slots[self.keys[slots] == self._sorted[self._from : end]]]
        self._from = end
        while self.recent and self.recent[0][0] <= limit:
            key, slot = heappop(self.recent)
            if self.keys[slot] == key:
                found.append(np.array([slot]))
        self._nearest()
        return np.unique(np.concatenate(found))

    def put(self, slots: NDArray[np.int64], keys: Floats) -> None:
        """Replace keys."""
        self.keys[slots] = keys
        for key, slot in zip(keys.tolist(), slots.tolist(), strict=True):
            if key < math.inf:
                heappush(self.recent, (key, slot))

    def nbytes(self) -> int:
        """Arrays, and the heap of what is recent."""
        each = sys.getsizeof((1.0, 1)) + sys.getsizeof(1.0) + sys.getsizeof(1)
        arrays = self.keys.nbytes + self._slots.nbytes + self._sorted.nbytes
        return arrays + sys.getsizeof(self.recent) + len(self.recent) * each

    def _nearest(self) -> None:
        self._next = float(self._sorted[self._from]) if self._from < len(self._sorted) else math.inf


class SortedArrays:
    """Sorted edges behind a cursor on either side, sorted again when a sixteenth of the watches has moved."""

    def __init__(self, work: Workload) -> None:
        self._work = work
        self._sides = SortedSide(work.uppers.copy()), SortedSide(-work.lowers)

    def tick(self, number: int, x: float) -> Iterable[int]:
        """Cut off what the tick has passed."""
        above, below = self._sides
        slots = np.concatenate([above.take(x), below.take(math.nextafter(-x, -math.inf))])
        if len(slots):
            lowers, uppers = self._work.all_renewed(slots, number, x)
            above.put(slots, uppers)
            below.put(slots, -lowers)
            for side in self._sides:
                if len(side.recent) > len(side.keys) // 16:
                    side.sort()
        return slots

    def nbytes(self) -> int:
        """Both sides."""
        return sum(side.nbytes() for side in self._sides)
