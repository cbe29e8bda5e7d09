"""Where files land that are handed in for the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from divisa.domain.feed import FeedFile


@dataclass(frozen=True, slots=True, repr=False)
class Upload:
    """A permission to hand in one file, and no other, by a form: `fields`, then the content as `file`, by POST.

    Attributes:
        url: where the form goes.
        fields: the form's fields; whoever has them may hand the file in.
        expires_at: until when, UTC.
    """

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


class Feeds(Protocol):
    """The landing zone of the lake. What is there is never replaced."""

    def put(self, file: FeedFile, content: bytes) -> None:
        """Keep a file; the same file again changes nothing.

        Raises:
            StoreUnavailable: it was not kept; putting it again is safe.
        """

    def permit(self, file: FeedFile) -> Upload:
        """Permit somebody to hand in a file that is too large for a request; its size and content are checked there.

        Raises:
            StoreUnavailable: nobody can be permitted at present.
        """
