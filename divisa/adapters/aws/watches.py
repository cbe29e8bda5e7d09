"""Watches in DynamoDB, moved together with the suggestions that they cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.items import SuggestionItem, WatchItem
from divisa.adapters.aws.suggestions import suggestion_item
from divisa.adapters.aws.table import Table
from divisa.domain.evaluation import Decision, Watch, shard_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from divisa.adapters.aws.table import Image
    from divisa.domain.pair import Pair
    from divisa.domain.suggestion import Suggestion


class DynamoWatches:
    """`Watches` in one table; their suggestions go into another."""

    def __init__(self, table: Table, suggestions: Table, *, shards: int) -> None:
        """`shards` is the number of partitions of a pair, the same as when its watches were put."""
        self._table = table
        self._suggestions = suggestions
        self._shards = shards

    def of_pair(self, pair: Pair) -> Iterator[Sequence[Watch]]:
        """Every watch of a pair, shard by shard, page by page."""
        for shard in range(self._shards):
            for page in self._table.pages(_partition(pair, shard)):
                yield list(self._table.read_all(page, lambda image: _watch(image, pair)))

    def put_many(self, watches: Iterable[Watch]) -> None:
        """Write watches, whatever was there."""
        self._table.put_many(map(self._item, watches))

    def move(self, before: Watch, after: Watch, suggestion: Suggestion | None) -> bool:
        """Replace a watch and insert its suggestion, in one transaction; False when either cannot be."""
        item, unmoved = self._item(after), WatchItem.generation == before.generation
        if suggestion is None:
            return self._table.put(item, unmoved)
        inserted = suggestion_item(suggestion), SuggestionItem.suggestion_id.does_not_exist()
        return Table.put_together([(self._table, item, unmoved), (self._suggestions, *inserted)])

    def _item(self, watch: Watch) -> WatchItem:
        return WatchItem(
            pair_shard=_partition(watch.pair, shard_of(watch.user_id, self._shards)),
            user_id=watch.user_id,
            decision=watch.decision.value,
            generation=watch.generation,
            evaluated_at=watch.evaluated_at,
            model_version=watch.model_version,
            suggested_at=watch.suggested_at,
        )


def _partition(pair: Pair, shard: int) -> str:
    return f"{pair}#{shard}"


def _watch(image: Image, pair: Pair) -> Watch:
    item = WatchItem.from_raw_data(image)
    return Watch(
        user_id=item.user_id,
        pair=pair,
        decision=Decision(int(item.decision)),
        generation=int(item.generation),
        evaluated_at=item.evaluated_at,
        model_version=item.model_version,
        suggested_at=item.suggested_at,
    )
