"""Logged decisions in a list of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire.decision import decision_from_json
from divisa.ports import Logged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class MemoryDecisions:
    """`Decisions` in the lines of a `MemoryDecisionLog`."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    def all(self, containing: str = "") -> Iterator[Logged]:
        """Every decision, the newest first, of those with this text anywhere in them.

        Raises:
            InvalidInput: a line is none of this version of the code.
        """
        wanted = containing.encode()
        return (Logged(decision_from_json(line), line) for line in reversed(self._lines) if wanted in line)
