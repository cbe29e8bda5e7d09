"""Markers for the lake in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class MemoryErasureMarkers:
    """`ErasureMarkers` of one process.

    Attributes:
        markers: when each was erased, UTC, by pseudonym.
    """

    def __init__(self) -> None:
        self.markers: dict[str, datetime] = {}

    def put(self, pseudonym: str, at: datetime) -> None:
        """Leave a marker; of several the first counts."""
        self.markers.setdefault(pseudonym, at)
