"""Where decisions are logged, and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from divisa.domain.decision import DecisionRecord


class DecisionLog(Protocol):
    """Where decisions are written down, for those who want to know later why somebody was told, or was not."""

    def write(self, records: Sequence[DecisionRecord]) -> None:
        """Append records. Appending them again is safe: a decision has an id.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """


class Logged(NamedTuple):
    """A decision of the log, and the line that it stands in, byte by byte."""

    record: DecisionRecord
    line: bytes


class Foreign(NamedTuple):
    """A line of the log that another version of the code has written, and that this one cannot compare.

    Attributes:
        why: where it stands, and what its version is.
    """

    why: str


class Decisions(Protocol):
    """The decisions that were logged, some moments or minutes after they were written."""

    def all(self, containing: str = "") -> Iterator[Logged | Foreign]:
        """Every decision, those of the newest day first; one that was written twice may come twice.

        Decisions that another version of the code has logged come as `Foreign`, so that they can be counted.

        Args:
            containing: only decisions with this text, an id, anywhere in them.

        Raises:
            InvalidInput: a line of the log is no decision; says where it stands.
            StoreUnavailable: the log cannot be read.
        """
