"""A file that is handed in for the lake: its name, its content's hash, and where it lands."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from divisa.domain.errors import InvalidInput

DATASET: Final = r"^[a-z][a-z0-9_]{0,39}$"
FILE: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.csv$"
SHA256: Final = r"^[0-9a-f]{64}$"
"""Names have neither dots but the one before `csv`, nor slashes, nor blanks: none leads out of its folder."""
LANDING: Final = "landing/"


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file. The same content under the same name is the same file, however often it is handed in.

    Attributes:
        dataset: the contract that it claims to be of, for example `prices`.
        file: its name, for example `2024-01-05.csv`.
        sha256: SHA-256 of its content, hexadecimal.
        size: bytes of its content.

    Raises:
        InvalidInput: a name, the hash or the size is none.
    """

    dataset: str
    file: str
    sha256: str
    size: int

    def __post_init__(self) -> None:
        for what, pattern, text in (
            ("dataset", DATASET, self.dataset),
            ("file", FILE, self.file),
            ("sha256", SHA256, self.sha256),
        ):
            if re.fullmatch(pattern, text, re.ASCII) is None:
                raise InvalidInput(f"{what} does not match {pattern}")
        if self.size < 1:
            raise InvalidInput("the file is empty")

    @classmethod
    def of(cls, dataset: str, file: str, content: bytes) -> FeedFile:
        """The file of a content.

        Raises:
            InvalidInput: a name is none, or the content is empty.
        """
        return cls(dataset, file, hashlib.sha256(content).hexdigest(), len(content))

    @property
    def key(self) -> str:
        """Where it lands in the lake's bucket.

        >>> FeedFile.of("prices", "monday.csv", b"pair").key
        'landing/prices/47d8bd46877831ccd61c1cfac962cd4143bc818c7d5fd0989de4f061ce60351e/monday.csv'
        """
        return f"{LANDING}{self.dataset}/{self.sha256}/{self.file}"
