"""Delivering one batch until every record of it is handled or discarded.

The rules are Lambda's for streams: a partial failure moves the checkpoint to the lowest failed record; bisection
splits what is left and costs no retry; a retry takes the whole piece again after a growing pause; records past their
age or out of retries are discarded, and the failure destination is told.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.mappings.records import Record

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0


class FunctionBusy(LaptopCloudError):
    """The function could not be started (throttled, service unavailable). Never counts as an attempt."""

    def __init__(self, problem: str) -> None:
        super().__init__("mappings", problem)


class Condition(StrEnum):
    """Why records are discarded, in AWS's words."""

    RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
    TOO_OLD = "RecordAgeExceeded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation came to."""

    failed_at: int | None = None
    """Index of the first record that is not handled; None when all are."""
    function_error: str | None = None
    """`Unhandled` or `Handled` when the function itself failed."""
    status_code: int = 200
    executed_version: str = "$LATEST"


@dataclass(frozen=True, slots=True)
class Discarded:
    """Records that are given up."""

    condition: Condition
    records: Sequence[Record]
    invocations: int
    """How often the function saw them."""
    last_answer: Answer | None
    """What the last invocation with them came to; None when there was none."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again, in which pieces, and when to give up."""

    bisects: bool = False
    max_retries: int | None = None
    max_age_seconds: float | None = None

    def exhausted(self, retries: int) -> bool:
        """Whether a piece that was retried so often may not be retried again."""
        return self.max_retries is not None and retries >= self.max_retries

    def too_old(self, record: Record, now: float) -> bool:
        """Whether a record is past its age at `now` (epoch seconds)."""
        return self.max_age_seconds is not None and now - record.arrived_at > self.max_age_seconds


def pause_before(attempt: int) -> float:
    """Seconds to wait before trying again, for the 0th, 1st, 2nd … time.

    >>> [pause_before(n) for n in (0, 1, 2, 30)]
    [0.1, 0.2, 0.4, 10.0]
    """
    return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * float(2 ** min(attempt, 10)))


@dataclass(frozen=True, slots=True)
class _Piece:
    records: Sequence[Record]
    retries: int = 0
    busy: int = 0
    invocations: int = 0
    last_answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Takes batches to a function.

    Attributes:
        policy: when to retry and when to give up.
        invoke: calls the function; raises `FunctionBusy` when it could not be started.
        settle: told of records that are finished, in the order in which they are.
        discard: told of records that are given up, before they are settled.
        now: epoch seconds.
        pause: waits so many seconds; raises to abandon the batch (then nothing more of it is settled).
    """

    policy: RetryPolicy
    invoke: Callable[[Sequence[Record]], Answer]
    settle: Callable[[Sequence[Record]], None]
    discard: Callable[[Discarded], None]
    now: Callable[[], float]
    pause: Callable[[float], None]

    def deliver(self, batch: Sequence[Record]) -> None:
        """Return when every record of the batch is settled. The records are tried in order."""
        work = deque([_Piece(batch)])
        while work:
            piece = self._without_old(work.popleft())
            if not piece.records:
                continue
            try:
                answer = self.invoke(piece.records)
            except FunctionBusy:
                self.pause(pause_before(piece.busy))
                work.appendleft(_Piece(piece.records, piece.retries, piece.busy + 1, piece.invocations, None))
                continue
            work.extendleft(reversed(self._after(piece, answer)))

    def _after(self, piece: _Piece, answer: Answer) -> list[_Piece]:
        """The pieces that are left to do once `piece` was answered."""
        if answer.failed_at is None:
            self.settle(piece.records)
            return []
        handled, rest = piece.records[: answer.failed_at], piece.records[answer.failed_at :]
        if handled:
            self.settle(handled)
        # Progress starts the count anew: what is left is a batch of its own.
        retries = 0 if handled else piece.retries
        invocations = piece.invocations + 1
        if self.policy.bisects and len(rest) > 1:
            middle = len(rest) // 2
            return [_Piece(half, retries, 0, invocations, answer) for half in (rest[:middle], rest[middle:])]
        if self.policy.exhausted(retries):
            self._give_up(Discarded(Condition.RETRIES_EXHAUSTED, rest, invocations, answer))
            return []
        self.pause(pause_before(retries))
        return [_Piece(rest, retries + 1, 0, invocations, answer)]

    def _without_old(self, piece: _Piece) -> _Piece:
        now = self.now()
        old = [record for record in piece.records if self.policy.too_old(record, now)]
        if not old:
            return piece
        self._give_up(Discarded(Condition.TOO_OLD, old, piece.invocations, piece.last_answer))
        fresh = [record for record in piece.records if not self.policy.too_old(record, now)]
        return _Piece(fresh, piece.retries, piece.busy, piece.invocations, piece.last_answer)

    def _give_up(self, discarded: Discarded) -> None:
        self.discard(discarded)
        self.settle(discarded.records)
