"""One shard of one mapping: read, filter, batch, deliver, checkpoint."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.mappings.pace import Pace
from local.mappings.records import Record, filter_view, record_of
from local.mappings.watermark import Watermark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.mappings.batches import Buffer, Lane
    from local.mappings.delivery import Delivery
    from local.mappings.patterns import Predicate
    from local.mappings.sources import ShardReader


class Stopped(Exception):
    """The shard was told to stop; what is in flight is left for the next start."""


@dataclass(slots=True)
class Progress:
    """What a shard did since its process began."""

    read: int = 0
    filtered_out: int = 0
    done: int = 0
    """Handled, filtered out or discarded."""
    discarded: int = 0
    last_arrival: float | None = None
    """Epoch seconds at which the stream took the newest record that is done."""


class ShardRun:
    """Works through a shard until it is stopped or, when it is closed, done.

    Args:
        reader: where the records come from.
        wants: filter of records; None passes all.
        buffer: gathers batches.
        delivery_for: builds the delivery that settles through the given function.
        checkpoint: told of the sequence number up to which the shard is done.
        stop: set when to stop; a wait ends at once, an invocation in flight is waited for.
        progress: counted in place.
        parallelization: most lanes at a time.
    """

    def __init__(
        self,
        *,
        reader: ShardReader,
        wants: Predicate | None,
        buffer: Buffer,
        delivery_for: Callable[[Callable[[Sequence[Record]], None]], Delivery],
        checkpoint: Callable[[str], None],
        stop: threading.Event,
        progress: Progress,
        parallelization: int = 1,
    ) -> None:
        self._reader = reader
        self._wants = wants
        self._buffer = buffer
        self._delivery = delivery_for(self._settle)
        self._checkpoint = checkpoint
        self._stop = stop
        self._progress = progress
        self._watermark = Watermark()
        self._settling = threading.Lock()
        # Starts a thread only when there is a second lane to work on.
        self._threads = ThreadPoolExecutor(parallelization, thread_name_prefix="lane")

    def run(self) -> None:
        """Return when a closed shard is done to its end.

        Raises:
            Stopped: it was told to stop.
        """
        try:
            self._work()
        finally:
            self._threads.shutdown(wait=False)

    def _work(self) -> None:
        pace = Pace(time.monotonic())
        while True:
            page = self._reader.read()
            for event in page.events:
                self._accept(record_of(event), event)
            self._deliver_due(to_the_end=page.closed)
            if page.closed:
                return
            self._wait(pace.wait_after(found=bool(page.events), now=time.monotonic()))

    def _accept(self, record: Record, event: dict[str, object]) -> None:
        self._progress.read += 1
        self._watermark.take(record.sequence)
        if self._wants is None or self._wants(filter_view(event)):
            self._buffer.add(record, time.monotonic())
        else:
            self._progress.filtered_out += 1
            self._settle([record])

    def _deliver_due(self, *, to_the_end: bool) -> None:
        while True:
            due_in = self._buffer.due_in(time.monotonic())
            if due_in is None or (due_in > 0 and not to_the_end):
                return
            self._side_by_side(self._buffer.take(time.monotonic()))

    def _side_by_side(self, lanes: list[Lane]) -> None:
        """Deliver lanes at the same time, each in order; raise what the first of them raised."""
        if len(lanes) == 1:
            self._in_order(lanes[0])
            return
        futures = [self._threads.submit(self._in_order, lane) for lane in lanes]
        wait(futures)
        for future in futures:
            future.result()

    def _in_order(self, lane: Lane) -> None:
        for batch in lane:
            self._wait(0)
            self._delivery.deliver(batch)

    def _settle(self, records: Sequence[Record]) -> None:
        with self._settling:
            position = self._watermark.settle(*(record.sequence for record in records))
            self._progress.done += len(records)
            self._progress.last_arrival = max(self._progress.last_arrival or 0.0, records[-1].arrived_at)
            if position is not None:
                self._checkpoint(position)

    def _wait(self, seconds: float) -> None:
        due_in = self._buffer.due_in(time.monotonic())
        if self._stop.wait(seconds if due_in is None else min(seconds, due_in)):
            raise Stopped
