"""What became of rows that were loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the rows of one load. Loading the same ones again makes all of them `unchanged`.

    Attributes:
        inserted: their key was not there.
        updated: it was, with other values.
        unchanged: it was, with these values, or with newer ones.
        removed: rows of the table that were not among them, where the table was to hold nothing else.
    """

    inserted: int
    updated: int
    unchanged: int
    removed: int = 0

    @property
    def rows(self) -> int:
        """How many were loaded."""
        return self.inserted + self.updated + self.unchanged
