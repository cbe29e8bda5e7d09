"""Take a file for the lake, or permit somebody to upload one that is too large for a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidInput
from divisa.domain.feed import FeedFile

if TYPE_CHECKING:
    from divisa.ports import Feeds, Upload

MAX_TAKEN: Final = 5_000_000
"""Bytes that a request carries: a function is handed 6 MB at most, and what it is handed is escaped."""
MAX_UPLOADED: Final = 1 << 30
"""Bytes of a file that is uploaded; a gigabyte of CSV has some 20 million prices."""


@dataclass(frozen=True, slots=True)
class TakeFeed:
    """Takes files. What is in them is looked at in the lake, not here."""

    feeds: Feeds

    def __call__(self, dataset: str, file: str, content: bytes) -> FeedFile:
        """Keep a file; the same again changes nothing and has the same answer.

        Raises:
            InvalidInput: a name is none, or the content is empty or too large.
            StoreUnavailable: it was not kept; handing it in again is safe.
        """
        if len(content) > MAX_TAKEN:
            raise InvalidInput(f"a file of more than {MAX_TAKEN} bytes is uploaded")
        taken = FeedFile.of(dataset, file, content)
        self.feeds.put(taken, content)
        return taken

    def permit(self, file: FeedFile) -> Upload:
        """Permit somebody to upload a file of a known hash and size.

        Raises:
            InvalidInput: it is too large.
            StoreUnavailable: nobody can be permitted at present.
        """
        if file.size > MAX_UPLOADED:
            raise InvalidInput(f"a file may have {MAX_UPLOADED} bytes")
        return self.feeds.permit(file)
