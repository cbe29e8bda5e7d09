"""What happens in a month: with bands, and with brute force, which evaluates everybody at every tick."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.parallel import THREADS
from divisa.adapters.aws.table import GET_BATCH

if TYPE_CHECKING:
    from local.cost.counts import Counts
    from local.cost.parameters import Parameters

HOURS: Final = 730.0
"""Of a month."""
OPEN: Final = 120 / 168
"""Share of the week in which the currency market is open: Sunday 17:00 to Friday 17:00, New York."""
RECORDS: Final = 500
"""Stream records that one call of the quotes consumer takes at most."""
REQUEST: Final = 0.005
"""Seconds that a request to DynamoDB holds a function up, the Python around it included."""
OWN: Final = 4
"""Requests of a decision for its market record and its bars: each is read and written."""
PAGE_BYTES: Final = 2**20
"""What a page of a query holds at most."""
RUNS_PER_SECOND: Final = 1 / 60
"""Runs of the refresh."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be served.

    Attributes:
        users: watches, a user and a pair counted once.
        ticks_per_second: of each pair, while the market is open.
        pairs: which the users are spread over evenly.
    """

    users: int
    ticks_per_second: float
    pairs: int = 1


@dataclass(frozen=True, slots=True)
class Traffic:
    """What happens in a month, all pairs together.

    Attributes:
        ticks: quotes that come in.
        invocations: calls of the quotes consumer.
        decisions: times that a pair is decided about, at the last of some ticks.
        broken: watches decided about because a price broke them; with brute force, all at every decision.
        refreshed: watches decided about because of their age.
        runs: of the refresh, by pair.
        moved: watches that are written.
        rows: that the model answers, a user and a price each.
        suggestions: of them, those that begin a visit.
        quotes_seconds: that the quotes consumer runs.
        refresh_seconds: that the refresh runs.
    """

    ticks: float
    invocations: float
    decisions: float
    broken: float
    refreshed: float
    runs: float
    moved: float
    rows: float
    suggestions: float
    quotes_seconds: float
    refresh_seconds: float

    @property
    def evaluated(self) -> float:
        """Users whose summaries are read, with the one of each refresh that tells which model answers."""
        return self.broken + self.refreshed + self.runs


def open_seconds() -> float:
    """Seconds of a month in which the market is open.

    >>> round(open_seconds())
    1877143
    """
    return 3600 * HOURS * OPEN


def with_bands(load: Load, parameters: Parameters, counts: Counts) -> Traffic:
    """A tick evaluates the watches that it breaks; each watch is refreshed when it has grown old."""
    seconds, decisions = open_seconds(), _decisions(load, parameters)
    broken = load.users * counts.broken_per_second * seconds
    suggestions = load.users * counts.suggestions_per_second * seconds
    runs = load.pairs * seconds * RUNS_PER_SECOND
    refreshed = min(load.users / parameters.watch_age * seconds, runs * parameters.refreshes_per_run)
    looking = decisions * REQUEST * (OWN + math.ceil(2 * parameters.watch_shards / THREADS))
    calling = REQUEST + counts.call_seconds * counts.rows_per_broken
    deciding = min(broken, decisions) * calling + min(suggestions, decisions) * 2 * REQUEST
    refreshing = runs * parameters.watch_shards * (2 * REQUEST + counts.call_seconds * counts.rows_per_refresh)
    return Traffic(
        ticks=load.ticks_per_second * load.pairs * seconds,
        invocations=_invocations(load, parameters),
        decisions=decisions,
        broken=broken,
        refreshed=refreshed,
        runs=runs,
        moved=broken + refreshed,
        rows=broken * counts.rows_per_broken + refreshed * counts.rows_per_refresh + runs,
        suggestions=suggestions,
        quotes_seconds=looking + deciding + broken * (_reading(counts, counts.rows_per_broken) + REQUEST / THREADS),
        refresh_seconds=refreshing + refreshed * (_reading(counts, counts.rows_per_refresh) + REQUEST / THREADS),
    )


def with_brute_force(load: Load, parameters: Parameters, counts: Counts, watch_bytes: int) -> Traffic:
    """Every decision reads and evaluates everybody of the pair; only what changes is written, and nothing grows old."""
    seconds, decisions = open_seconds(), _decisions(load, parameters)
    each = load.users / load.pairs
    moved = load.users * counts.broken_per_second * seconds
    suggestions = load.users * counts.suggestions_per_second * seconds
    looking = decisions * REQUEST * (OWN + math.ceil(each * watch_bytes / PAGE_BYTES))
    return Traffic(
        ticks=load.ticks_per_second * load.pairs * seconds,
        invocations=_invocations(load, parameters),
        decisions=decisions,
        broken=decisions * each,
        refreshed=0.0,
        runs=0.0,
        moved=moved,
        rows=decisions * each,
        suggestions=suggestions,
        quotes_seconds=looking + decisions * each * _reading(counts, rows=1.0) + moved * REQUEST / THREADS,
        refresh_seconds=0.0,
    )


def _decisions(load: Load, parameters: Parameters) -> float:
    """A pair is decided about at each tick, but at most once a batch window."""
    rate = load.ticks_per_second
    if parameters.batch_window:
        rate = min(rate, 1 / parameters.batch_window)
    return rate * load.pairs * open_seconds()


def _invocations(load: Load, parameters: Parameters) -> float:
    """A shard's records are handed over once a batch window, or when there are enough of them."""
    rate = load.ticks_per_second * load.pairs / parameters.stream_shards
    calls = min(rate, 1 / parameters.batch_window) if parameters.batch_window else rate
    return max(calls, rate / RECORDS) * parameters.stream_shards * open_seconds()


def _reading(counts: Counts, rows: float) -> float:
    """Seconds for reading one summary among many and asking the model about its user at so many prices."""
    return REQUEST / GET_BATCH + rows / counts.rows_per_second
