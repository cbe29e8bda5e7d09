"""Which request meets which fault: by chance, the same chance for the same seed, and every await in its turn."""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Final

from local.faults.calls import HALVES, TRANSACTIONS

if TYPE_CHECKING:
    from local.faults.calls import Call


class Fault(StrEnum):
    """What befalls a request, or the whole."""

    KILL_BEFORE = "worker killed before the request"
    KILL_AFTER = "worker killed after the effect, before the answer"
    RESET_BEFORE = "connection closed before the request"
    RESET_AFTER = "connection closed after the effect"
    HANG_BEFORE = "no answer in time, no effect"
    HANG_AFTER = "no answer in time, after the effect"
    THROTTLE = "throttled"
    HALF = "half of a batch done"
    CONFLICT = "transaction in conflict"
    REDELIVERED = "stream read again from an earlier point"
    DISORDERED = "stream records given again, in another order"
    REPUBLISHED = "quote published again"
    REPEATED = "message given to its queue again"
    VISIBLE = "message made visible while in flight"
    FILLED = "queue filled while nobody reads it"
    REDRIVEN = "message taken back from a dead-letter queue"
    CLOCK = "clock moved over midnight or a change of the clocks"


KILLS: Final = (Fault.KILL_BEFORE, Fault.KILL_AFTER)
"""What every await of the path has to meet."""
_CHEAP: Final = (Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.THROTTLE)
_EACH: Final = (*KILLS, *_CHEAP, *_CHEAP)
"""A worker that is killed has to be started anew, for seconds; what is cheaper comes twice as often."""
_HANGING: Final = (Fault.HANG_BEFORE, Fault.HANG_AFTER)
_SOON: Final = 3
"""An await that was not killed both ways yet is hit within so many requests."""
SEEN_OFTEN: Final = 10
"""An await that was seen so often could have been killed both ways, and has to have been."""


class Plan:
    """Chooses faults for requests, and counts all faults. Any thread may ask.

    For each call the kinds of faults come in rounds, each round in an order of its own, so that every kind hits every
    await. The first round begins with both kills; a request that hangs is dear, so only that round has those.
    """

    def __init__(self, seed: int, every: float) -> None:
        """Choose by `seed`, one of `every` requests on average."""
        self._seed, self._every = seed, every
        self._lock = threading.Lock()
        self._chance: dict[Call, Random] = {}
        self._gap: dict[Call, int] = {}
        self._kinds: dict[Call, list[Fault]] = {}
        self._owed: Counter[Call] = Counter()
        self._pace: dict[str, float] = {}
        self._open = True
        self.requests: Counter[Call] = Counter()
        self.hits: Counter[tuple[Call, Fault]] = Counter()
        self.by_fault: Counter[Fault] = Counter()

    @property
    def total(self) -> int:
        """Faults that were injected."""
        with self._lock:
            return self.by_fault.total()

    def pace(self, function: str, times: float) -> None:
        """Have the requests of a function meet so many times as many faults as others, after their first two."""
        with self._lock:
            self._pace[function] = times

    def stop(self) -> None:
        """Choose no more faults."""
        with self._lock:
            self._open = False

    def choose(self, call: Call) -> Fault | None:
        """What is to befall a request; None for most. Nothing is counted before it is `record`ed."""
        with self._lock:
            if not self._open:
                return None
            self.requests[call] += 1
            if call not in self._chance:
                self._chance[call] = Random(f"{self._seed}|{call}")  # noqa: S311 - no secret
                self._gap[call] = self._chance[call].randint(1, _SOON)
                self._kinds[call] = self._first_round(call)
                self._owed[call] = len(KILLS)
            self._gap[call] -= 1
            if self._gap[call] > 0:
                return None
            kinds = self._kinds[call] or self._round(call, [])
            fault = kinds.pop()
            self._kinds[call] = kinds
            self._owed[call] -= fault in KILLS
            self._gap[call] = self._next_gap(call)
            return fault

    def put_back(self, fault: Fault, call: Call) -> None:
        """Take back a fault that could not be injected; the call's next request meets it."""
        with self._lock:
            self._kinds.setdefault(call, []).append(fault)
            self._owed[call] += fault in KILLS
            self._gap[call] = 1

    def record(self, fault: Fault, call: Call | None = None, times: int = 1) -> None:
        """Count a fault that was injected, into a call or into the whole."""
        with self._lock:
            self.by_fault[fault] += times
            if call is not None:
                self.hits[call, fault] += times

    def missed(self) -> list[Call]:
        """Calls that were made while faults were injected, and never hit."""
        with self._lock:
            hit = {call for (call, _), times in self.hits.items() if times}
            return sorted(self.requests.keys() - hit)

    def not_killed(self, seen: int = 0) -> dict[Call, list[Fault]]:
        """Calls that were made at least so often, each with the kills that it has not met."""
        with self._lock:
            lacking = {
                call: [kill for kill in KILLS if not self.hits[call, kill]]
                for call, times in sorted(self.requests.items())
                if times >= seen
            }
        return {call: kills for call, kills in lacking.items() if kills}

    def _next_gap(self, call: Call) -> int:
        if self._owed[call] > 0:
            return self._chance[call].randint(1, _SOON)
        every = self._every / self._pace.get(call.function, 1.0)
        return 1 + round(self._chance[call].expovariate(1 / every))

    def _first_round(self, call: Call) -> list[Fault]:
        """Taken from its end: both kills, then the others."""
        kinds = self._round(call, [*_HANGING])
        return sorted(kinds, key=lambda kind: kind in KILLS)

    def _round(self, call: Call, more: list[Fault]) -> list[Fault]:
        kinds = [*_EACH, *more]
        if call.operation in HALVES:
            kinds.append(Fault.HALF)
        if call.operation in TRANSACTIONS:
            kinds.append(Fault.CONFLICT)
        self._chance[call].shuffle(kinds)
        return kinds
