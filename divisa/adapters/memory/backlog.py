"""A backlog that keeps what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.pair import Pair


class MemoryBacklog:
    """A `Backlog` as a list.

    Attributes:
        requests: pair and shard of each request so far, in order.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[Pair, int]] = []

    def put(self, pair: Pair, shards: Iterable[int]) -> None:
        """Ask for shards to be worked off."""
        self.requests.extend((pair, shard) for shard in shards)
