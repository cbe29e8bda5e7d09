"""A landing zone in a dictionary."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.ports import Upload

if TYPE_CHECKING:
    from divisa.domain.feed import FeedFile
    from divisa.ports import Clock

LIFETIME = timedelta(minutes=15)


class MemoryFeeds:
    """`Feeds` of one process.

    Attributes:
        landed: content by key.
    """

    def __init__(self, wall: Clock) -> None:
        """`wall` is the time of day."""
        self.landed: dict[str, bytes] = {}
        self._wall = wall

    def put(self, file: FeedFile, content: bytes) -> None:
        """Keep a file; the same file again changes nothing."""
        self.landed.setdefault(file.key, content)

    def permit(self, file: FeedFile) -> Upload:
        """Permit somebody to hand in a file; nothing takes it here."""
        return Upload("memory://landing", {"key": file.key}, self._wall.later(LIFETIME))
