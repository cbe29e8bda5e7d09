"""A topic that keeps what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.ports import Announcement


class MemorySuggestionTopic:
    """A `SuggestionTopic` as a list.

    Attributes:
        published: every announcement so far, in order; one that was published twice is there twice.
    """

    def __init__(self) -> None:
        self.published: list[Announcement] = []

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Append announcements."""
        self.published.extend(announcements)
