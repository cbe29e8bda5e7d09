"""What a poller needs of a stream, whichever service it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.mappings.records import JsonObject


class StreamGone(LaptopCloudError):
    """A stream or a shard of it does not exist (any more)."""

    def __init__(self, what: str) -> None:
        super().__init__("mappings", f"{what} does not exist")


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard and those that it was split or merged from."""

    shard_id: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Where reading a shard begins.

    Attributes:
        after: the sequence number that was done last; wins over `since`.
        since: epoch seconds; earlier records are left out. None begins at the oldest record.
    """

    after: str | None = None
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What one read brought.

    Attributes:
        events: the records as functions receive them, in order.
        closed: nothing comes after them.
    """

    events: Sequence[JsonObject]
    closed: bool = False


class ShardReader(Protocol):
    """Reads one shard from a start onwards."""

    def read(self) -> Page:
        """Return the next records, perhaps none.

        Raises:
            StreamGone: the stream or the shard was deleted.
            botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: anything else; reading may go on.
        """
        ...


class StreamSource(Protocol):
    """A stream that can list its shards and read them."""

    def shards(self) -> Sequence[Shard]:
        """The shards that can be read now.

        Raises:
            StreamGone: the stream was deleted.
        """
        ...

    def reader(self, shard_id: str, start: Start) -> ShardReader:
        """A reader of one shard."""
        ...
