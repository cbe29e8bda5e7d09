"""Watches in DynamoDB, moved together with the suggestions that they cause."""

from __future__ import annotations

import math
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from divisa.adapters.aws.items import SuggestionItem, WatchItem
from divisa.adapters.aws.parallel import THREADS, ended, in_parallel, result_or_none
from divisa.adapters.aws.suggestions import suggestion_item
from divisa.adapters.aws.table import Table
from divisa.adapters.aws.tables import BY_LOWER, BY_REFRESH, BY_UPPER
from divisa.domain.bands import Band
from divisa.domain.episodes import Visit
from divisa.domain.errors import InvalidInput, MovesInterrupted, StoreUnavailable
from divisa.domain.evaluation import Decision, Watch, shard_of
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from divisa.adapters.aws.table import Image
    from divisa.domain.pair import Pair
    from divisa.ports import Move

T = TypeVar("T")

PAGE: Final = 500
"""Watches that an index is asked for at once: a price that breaks a large share is left to the backlog after some
thousands, and what was read ahead is paid for."""


class DynamoWatches:
    """`Watches` in one table; their suggestions go into another.

    What is broken is found by two indexes, sorted by the upper and the lower edge, what is stale by a third. They hold
    whole items, since the alternative is a second read of every watch that is found. That quadruples the storage of
    some 400 bytes a watch. It costs no more writes than indexes of bare keys would, since a move changes the keys of
    all three: 1 write unit for the table (2 together with a suggestion) and 2 for each index, which deletes an entry
    and puts another. Looking costs half a read unit a query when nothing is broken, else half a unit for some ten
    watches.
    """

    def __init__(self, table: Table, suggestions: Table, *, shards: int) -> None:
        """`shards` is the number of partitions of a pair, the same as when its watches were put."""
        self._table = table
        self._suggestions = suggestions
        self._shards = shards

    @property
    def shards(self) -> int:
        """How many shards a pair's watches are spread over."""
        return self._shards

    def of_pair(self, pair: Pair) -> Iterator[Sequence[Watch]]:
        """Every watch of a pair, shard by shard, page by page."""
        for shard in range(self._shards):
            for page in self._table.pages(_partition(pair, shard)):
                yield self._watches(page, pair)

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Watch]:
        """Watches by user, as of now (consistent reads); users without one are absent."""
        keys = ((_partition(pair, shard_of(user_id, self._shards)), user_id) for user_id in user_ids)
        return {watch.user_id: watch for watch in self._watches(self._table.get_many(keys, consistent=True), pair)}

    def broken(
        self, pair: Pair, low: float, high: float, *, shard: int | None = None, limit: int | None = None
    ) -> Iterator[Sequence[Watch]]:
        """The watches that some price of a batch breaks, each once, page by page; see `ports.Watches`.

        Shards are asked some at a time, ahead of the one whose watches are being given out.

        Raises:
            InvalidInput: low and high are not finite, or not in order.
            StoreUnavailable: DynamoDB does not answer.
        """
        if not -math.inf < low <= high < math.inf:
            raise InvalidInput(f"{low} to {high} is no range of log prices")
        shards = range(self._shards) if shard is None else [shard]
        if limit is None:
            return _ahead(self._broken(pair, each, low, high, PAGE) for each in shards)
        if limit == 0:
            return iter(())
        return _at_most(limit, _ahead(self._broken(pair, each, low, high, min(limit, PAGE)) for each in shards))

    def stale(self, pair: Pair, shard: int, limit: int) -> Sequence[Watch]:
        """The watches of a shard whose `refresh_at` comes first, earliest first; see `ports.Watches`."""
        pages = self._table.pages(_partition(pair, shard), index=BY_REFRESH, page=limit) if limit else ()
        return self._watches(islice((image for page in pages for image in page), limit), pair)

    def put_many(self, watches: Iterable[Watch]) -> None:
        """Write watches, whatever was there."""
        self._table.put_many(map(self._item, watches))

    def insert(self, watches: Sequence[Watch]) -> int:
        """Write watches of users who have none of the pair, and leave the others as they are; returns how many."""
        return sum(in_parallel(self._insert, watches))

    def forget(self, pair: Pair, user_id: str) -> bool:
        """Delete a user's watch of a pair; False when there was none."""
        partition = _partition(pair, shard_of(user_id, self._shards))
        return self._table.delete(partition, user_id, WatchItem.user_id.exists())

    def move_all(self, moves: Sequence[Move]) -> Sequence[bool]:
        """Apply moves, each by itself, some at a time; a watch and its suggestion are written in one transaction.

        Returns:
            For each move False when the watch had moved on, or the suggestion existed: then nothing was written.

        Raises:
            MovesInterrupted: DynamoDB did not answer about one. No more were begun after that, and those that had begun
                have ended; it carries which of them were applied.
        """
        answers = ended(self._move, moves)
        try:
            return [answer.result() for answer in answers]
        except StoreUnavailable as error:
            raise MovesInterrupted(str(error), map(result_or_none, answers)) from error

    def _insert(self, watch: Watch) -> bool:
        return self._table.put(self._item(watch), WatchItem.user_id.does_not_exist())

    def _move(self, move: Move) -> bool:
        item, unmoved = self._item(move.after), WatchItem.generation == move.before.generation
        if move.suggestion is None:
            return self._table.put(item, unmoved)
        inserted = suggestion_item(move.suggestion), SuggestionItem.suggestion_id.does_not_exist()
        return not Table.put_together([(self._table, item, unmoved), (self._suggestions, *inserted)])

    def _broken(self, pair: Pair, shard: int, low: float, high: float, size: int) -> Iterator[list[Watch]]:
        named: set[str] = set()
        for index, within in ((BY_UPPER, WatchItem.upper <= high), (BY_LOWER, WatchItem.lower > low)):
            for images in self._table.pages(_partition(pair, shard), index=index, within=within, page=size):
                page = [watch for watch in self._watches(images, pair) if watch.user_id not in named]
                named.update(watch.user_id for watch in page)
                if page:
                    yield page

    def _watches(self, images: Iterable[Image], pair: Pair) -> list[Watch]:
        return list(self._table.read_all(images, lambda image: _watch(image, pair)))

    def _item(self, watch: Watch) -> WatchItem:
        visit = watch.visit
        return WatchItem(
            pair_shard=_partition(watch.pair, shard_of(watch.user_id, self._shards)),
            user_id=watch.user_id,
            lower=watch.band.lower,
            upper=watch.band.upper,
            decision=watch.decision.value,
            visit_side=visit.side.value if visit else None,
            visit_lower=visit.region.lower if visit else None,
            visit_upper=visit.region.upper if visit else None,
            visit_left_at=visit.left_at if visit else None,
            episode=watch.episode,
            generation=watch.generation,
            evaluated_at=watch.evaluated_at,
            refresh_at=watch.refresh_at,
            model_version=watch.model_version,
        )


def _ahead(queries: Iterable[Iterator[T]]) -> Iterator[T]:
    """What queries give, one query after the other; the next ones are asked for their first page meanwhile."""
    waiting = iter(queries)
    with ThreadPoolExecutor(THREADS) as pool:
        asked = deque((pool.submit(next, query, None), query) for query in islice(waiting, THREADS))
        while asked:
            answer, query = asked.popleft()
            first = answer.result()
            asked.extend((pool.submit(next, following, None), following) for following in islice(waiting, 1))
            if first is not None:
                yield first
                yield from query


def _at_most(limit: int, pages: Iterable[Sequence[T]]) -> Iterator[Sequence[T]]:
    """Pages up to a limit of at least one; no more are asked for than it takes."""
    for page in pages:
        yield page[:limit]
        limit -= len(page)
        if limit <= 0:
            return


def _partition(pair: Pair, shard: int) -> str:
    return f"{pair}#{shard}"


def _watch(image: Image, pair: Pair) -> Watch:
    item = WatchItem.from_raw_data(image)
    lower, upper = item.lower, item.upper
    return Watch(
        user_id=item.user_id,
        pair=pair,
        band=Band(-math.inf if lower is None else lower, math.inf if upper is None else upper),
        decision=Decision(int(item.decision)),
        visit=_visit(item),
        episode=int(item.episode),
        generation=int(item.generation),
        evaluated_at=item.evaluated_at,
        refresh_at=item.refresh_at,
        model_version=item.model_version,
    )


def _visit(item: WatchItem) -> Visit | None:
    region = Band(item.visit_lower, item.visit_upper)
    return None if item.visit_side is None else Visit(Side(item.visit_side), region, item.visit_left_at)
