"""Logged decisions in a list of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire.logged import logged_from_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from divisa.ports import Foreign, Logged


class MemoryDecisions:
    """`Decisions` in the lines of a `MemoryDecisionLog`."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    def all(self, containing: str = "") -> Iterator[Logged | Foreign]:
        """Every decision, the newest first, of those with this text anywhere in them.

        Raises:
            InvalidInput: a line is no decision; says which.
        """
        wanted = containing.encode()
        numbered = reversed(list(enumerate(self._lines, start=1)))
        return (logged_from_line(line, f"line {number}") for number, line in numbered if wanted in line)
