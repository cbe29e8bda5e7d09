"""A decision log that keeps its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire.decision import decision_from_json, decision_to_json
from divisa.ports import Logged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from divisa.domain.decision import DecisionRecord


class MemoryDecisionLog:
    """`DecisionLog` and `Decisions` as a list.

    Attributes:
        lines: what was written, in order, as it travels; a decision that was written twice is there twice.
    """

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, records: Sequence[DecisionRecord]) -> None:
        """Append records."""
        self.lines.extend(map(decision_to_json, records))

    def all(self, containing: str = "") -> Iterator[Logged]:
        """Every decision, the newest first, of those with this text anywhere in them."""
        wanted = containing.encode()
        return (Logged(decision_from_json(line), line) for line in reversed(self.lines) if wanted in line)
