"""A decision log that keeps its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire.decision import decision_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.decision import DecisionRecord


class MemoryDecisionLog:
    """A `DecisionLog` as a list.

    Attributes:
        lines: what was written, in order, as it travels; a decision that was written twice is there twice.
    """

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, records: Sequence[DecisionRecord]) -> None:
        """Append records."""
        self.lines.extend(map(decision_to_json, records))
