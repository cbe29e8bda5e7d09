"""Watches in lists, with their bands in an index that names the broken ones at the cost of those that it names."""

from __future__ import annotations

import math
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.memory.band_index import BandIndex
from divisa.domain.evaluation import shard_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from divisa.adapters.memory.suggestions import MemorySuggestions
    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.ports import Move

PAGE = 5000
"""Watches a page: about what one megabyte, DynamoDB's page, holds of them."""


class MemoryWatches:
    """`Watches` of one process, for a million of them; safe to share between threads.

    `broken` costs two comparisons a shard when nothing is broken, else O(1) a watch named; a move is O(1); `stale` is
    O(watches of the shard), at some nanoseconds each: it is asked once a minute, and moves are made all the time.
    """

    def __init__(self, suggestions: MemorySuggestions, *, shards: int = 1, page: int = PAGE) -> None:
        """Watches that insert their suggestions into `suggestions`, and are read `page` at a time."""
        self._suggestions = suggestions
        self._number_of_shards = shards
        self._page = page
        self._shards: dict[Pair, list[_Shard]] = {}
        self._lock = Lock()

    @property
    def shards(self) -> int:
        """How many shards a pair's watches are spread over."""
        return self._number_of_shards

    def of_pair(self, pair: Pair) -> Iterator[Sequence[Watch]]:
        """Every watch of a pair, page by page."""
        for shard in self._of(pair):
            for start in range(0, len(shard.watches), self._page):
                yield shard.watches[start : start + self._page]

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Watch]:
        """Watches by user, as of now; users without one are absent."""
        with self._lock:
            found = [self._home(pair, user_id).find(user_id) for user_id in user_ids]
        return {watch.user_id: watch for watch in found if watch is not None}

    def broken(
        self, pair: Pair, low: float, high: float, *, shard: int | None = None, limit: int | None = None
    ) -> Iterator[Sequence[Watch]]:
        """The watches that some price of a batch breaks, each once, page by page; see `ports.Watches`."""
        shards = self._of(pair)
        for each in shards if shard is None else shards[shard : shard + 1]:
            with self._lock:
                slots = each.bands.broken_within(low, high, limit)
            for start in range(0, len(slots), self._page):
                yield [each.watches[slot] for slot in slots[start : start + self._page].tolist()]
            if limit is not None:
                limit -= len(slots)

    def stale(self, pair: Pair, shard: int, limit: int) -> Sequence[Watch]:
        """The watches of a shard whose `refresh_at` comes first, earliest first; see `ports.Watches`."""
        with self._lock:
            return self._of(pair)[shard].earliest(limit)

    def put_many(self, watches: Iterable[Watch]) -> None:
        """Write watches, whatever was there."""
        with self._lock:
            self._write(watches)

    def insert(self, watches: Sequence[Watch]) -> int:
        """Write watches of users who have none of the pair, and leave the others as they are; returns how many."""
        with self._lock:
            absent = {
                (watch.pair, watch.user_id): watch
                for watch in reversed(watches)
                if self._home(watch.pair, watch.user_id).find(watch.user_id) is None
            }
            self._write(absent.values())
        return len(absent)

    def forget(self, pair: Pair, user_id: str) -> bool:
        """Delete a user's watch of a pair; False when there was none."""
        with self._lock:
            return self._home(pair, user_id).remove(user_id)

    def move_all(self, moves: Sequence[Move]) -> Sequence[bool]:
        """Apply moves, each by itself: replace the watch and insert its suggestion, both or neither.

        Returns:
            For each move False when the watch had moved on, or the suggestion existed: then nothing was written.
        """
        done: list[bool] = []
        written: defaultdict[_Shard, list[int]] = defaultdict(list)
        with self._lock:
            for before, after, suggestion in ((move.before, move.after, move.suggestion) for move in moves):
                shard = self._home(before.pair, before.user_id)
                stored = shard.find(before.user_id)
                is_done = (
                    stored is not None
                    and stored.generation == before.generation
                    and (suggestion is None or self._suggestions.insert(suggestion))
                )
                if is_done:
                    written[shard].append(shard.put(after))
                done.append(is_done)
            for shard, slots in written.items():
                shard.index(slots)
        return done

    def _write(self, watches: Iterable[Watch]) -> None:
        written: defaultdict[_Shard, list[int]] = defaultdict(list)
        for watch in watches:
            shard = self._home(watch.pair, watch.user_id)
            written[shard].append(shard.put(watch))
        for shard, slots in written.items():
            shard.index(slots)

    def _of(self, pair: Pair) -> list[_Shard]:
        shards = self._shards.get(pair)
        if shards is None:
            # Another thread's may have come first: then those count.
            shards = self._shards.setdefault(pair, [_Shard() for _ in range(self.shards)])
        return shards

    def _home(self, pair: Pair, user_id: str) -> _Shard:
        shards = self._of(pair)
        return shards[shard_of(user_id, len(shards))] if len(shards) > 1 else shards[0]


class _Shard:
    """The watches of one shard by slot, numbered in the order in which they came.

    Attributes:
        watches: by slot.
        bands: their bands by slot, once `index` was called for it.
    """

    def __init__(self) -> None:
        self.watches: list[Watch] = []
        self.bands = BandIndex()
        self._slots: dict[str, int] = {}
        self._refresh_at = np.full(1024, math.inf)
        """Seconds since 1970 UTC by slot, which holds microseconds until 2112; infinite without one."""

    def find(self, user_id: str) -> Watch | None:
        """The watch of a user."""
        slot = self._slots.get(user_id)
        return None if slot is None else self.watches[slot]

    def put(self, watch: Watch) -> int:
        """Insert or replace a watch; returns its slot, which `index` is to be called for."""
        slot = self._slots.setdefault(watch.user_id, len(self.watches))
        if slot == len(self.watches):
            self.watches.append(watch)
        else:
            self.watches[slot] = watch
        return slot

    def remove(self, user_id: str) -> bool:
        """Forget a user's watch, and give its slot to the last one; False when there is none."""
        slot = self._slots.pop(user_id, None)
        if slot is None:
            return False
        last = self.watches.pop()
        end = len(self.watches)
        self.bands.remove(end)
        self._refresh_at[end] = math.inf
        if slot < end:
            self.watches[slot] = last
            self._slots[last.user_id] = slot
            self.index([slot])
        return True

    def index(self, slots: Sequence[int]) -> None:
        """Bring bands and refresh times of slots up to their watches."""
        watches = [self.watches[slot] for slot in slots]
        self.bands.put_many(slots, [each.band.lower for each in watches], [each.band.upper for each in watches])
        room = len(self._refresh_at)
        if room < len(self.watches):
            self._refresh_at = np.resize(self._refresh_at, 2 * len(self.watches))
            self._refresh_at[room:] = math.inf
        self._refresh_at[slots] = [each.refresh_at.timestamp() if each.refresh_at else math.inf for each in watches]

    def earliest(self, limit: int) -> list[Watch]:
        """At most `limit` watches that have a refresh time, earliest first."""
        times = self._refresh_at[: len(self.watches)]
        nearest = np.argpartition(times, limit)[:limit] if limit < len(times) else np.arange(len(times))
        nearest = nearest[np.argsort(times[nearest], kind="stable")]
        return [self.watches[slot] for slot in nearest[np.isfinite(times[nearest])].tolist()]
