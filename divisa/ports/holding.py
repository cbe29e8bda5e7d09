"""Suggestions that quiet hours hold back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.domain.suggestion import Suggestion

MAX_RELEASES: Final = 100
"""Suggestions that are released together; what one DynamoDB transaction takes."""


@dataclass(frozen=True, slots=True)
class Release:
    """One held suggestion replaced.

    Attributes:
        before: the suggestion as it was read, held.
        after: the same one let out, dropped, or held until another moment.
    """

    before: Suggestion
    after: Suggestion


class HeldSuggestions(Protocol):
    """The held ones in the table of suggestions, spread over shards by user; `Watches.move_all` puts them there."""

    @property
    def shards(self) -> int:
        """How many shards they are spread over."""

    def due(self, shard: int, at: datetime) -> Iterator[Sequence[Suggestion]]:
        """Those of a shard that are held until `at` or earlier, earliest first, page by page.

        It may lag behind writes by moments; a release of what was read too early is refused.
        """

    def release(self, releases: Sequence[Release]) -> bool:
        """Replace held suggestions of one user, all or none; at least one, and at most MAX_RELEASES.

        Returns:
            False, and nothing is written, when one of them is not held any more, or until another moment, or was opened
            since it was read.

        Raises:
            StoreUnavailable: the table did not answer; all were replaced or none.
        """
