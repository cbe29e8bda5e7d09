"""Watches, and the queue of those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.domain.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Move:
    """One watch replaced, and the suggestion that it causes.

    Attributes:
        before: the watch as it was read; the stored one must still have its generation.
        after: the watch to store, of generation `before.generation + 1`.
        suggestion: what the move suggests, if anything; inserted only if its id is new.
    """

    before: Watch
    after: Watch
    suggestion: Suggestion | None = None


class Watches(Protocol):
    """The table of watches, spread over shards by user.

    `broken` and `stale` may lag behind writes by moments; a move of a watch that was read too early is refused.
    """

    @property
    def shards(self) -> int:
        """How many shards a pair's watches are spread over."""

    def of_pair(self, pair: Pair) -> Iterator[Sequence[Watch]]:
        """Every watch of a pair, page by page."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Watch]:
        """Watches by user, as of now; users without one are absent."""

    def broken(
        self, pair: Pair, low: float, high: float, *, shard: int | None = None, limit: int | None = None
    ) -> Iterator[Sequence[Watch]]:
        """The watches that some price of a batch breaks: `upper <= high` or `lower > low`, each once, page by page.

        Args:
            pair: which pair.
            low: the lowest log price of the batch.
            high: the highest.
            shard: only this shard; None for all.
            limit: at most so many watches; None for all.
        """

    def stale(self, pair: Pair, shard: int, limit: int) -> Sequence[Watch]:
        """The watches of a shard whose `refresh_at` comes first, earliest first, at most `limit`, due or not."""

    def put_many(self, watches: Iterable[Watch]) -> None:
        """Write watches, whatever was there (seeding)."""

    def insert(self, watches: Sequence[Watch]) -> int:
        """Write watches of users who have none of the pair, and leave the others as they are.

        Returns:
            How many were written.

        Raises:
            StoreUnavailable: the table did not answer; some may have been written.
        """

    def forget(self, pair: Pair, user_id: str) -> bool:
        """Delete a user's watch of a pair, so that no move of it is applied any more; False when there was none."""

    def move_all(self, moves: Sequence[Move]) -> Sequence[bool]:
        """Apply moves, each by itself: replace the watch and insert its suggestion, both or neither.

        Returns:
            For each move False when the watch had moved on, or the suggestion existed: then nothing was written.

        Raises:
            MovesInterrupted: the table did not answer about one; others may have been applied, none by half. It carries
                what is known of each: who asked has to see to those that were.
        """


class Backlog(Protocol):
    """The queue of shards in which a move of the price broke more watches than are decided at once."""

    def put(self, pair: Pair, shards: Iterable[int]) -> None:
        """Ask for shards to be worked off. Asking twice is harmless.

        Raises:
            StoreUnavailable: the queue did not take them all.
        """
