"""A decision log that makes the lines, since they are part of the work, and keeps none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire.decision import decision_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.decision import DecisionRecord


class CountedLines:
    """A `DecisionLog`.

    Attributes:
        bytes: of all lines that were made.
    """

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, records: Sequence[DecisionRecord]) -> None:
        """Make each record's line, and forget it."""
        for record in records:
            self.bytes += len(decision_to_json(record)) + 1
