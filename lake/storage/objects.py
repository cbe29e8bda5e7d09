"""What the lake asks of the place where its objects lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


class Stored(NamedTuple):
    """An object that is there.

    Attributes:
        key: its name.
        size: bytes.
        modified: since when it is what it is, UTC; the place may tell it to the second only.
        tag: another one whenever something else was put, so that two objects of the same second can be told apart.
    """

    key: str
    size: int
    modified: datetime
    tag: str


class Objects(Protocol):
    """Objects by their keys. What is put is there whole or not at all.

    Every method raises `StoreUnavailable` when the place does not answer; doing it again is safe.
    """

    def uri(self, key: str) -> str:
        """How engines call an object, or all under a prefix."""
        ...

    def listed(self, prefix: str) -> Iterator[Stored]:
        """All objects whose key begins so, by key."""
        ...

    def find(self, key: str) -> Stored | None:
        """The object with this key, if there is one."""
        ...

    def read(self, key: str) -> bytes:
        """The content of a small object.

        Raises:
            NotFound: there is none.
        """
        ...

    def fetch(self, key: str, to: Path) -> None:
        """Copy an object to a file, all of it as it was at one moment.

        Raises:
            NotFound: there is none.
        """
        ...

    def put(self, key: str, content: bytes) -> None:
        """Write an object, over whatever was there."""
        ...

    def put_new(self, key: str, content: bytes) -> bool:
        """Write an object unless there is one, which of two at the same time does not; tells whether it did."""
        ...

    def put_over(self, key: str, content: bytes, tag: str | None) -> bool:
        """Write an object over the one with this tag, or where there is none; tells whether it did.

        What somebody else has put meanwhile stays.
        """
        ...

    def put_file(self, key: str, file: Path) -> None:
        """Write an object with the content of a file, over whatever was there."""
        ...

    def remove(self, key: str) -> None:
        """Take an object away; none is fine."""
        ...
