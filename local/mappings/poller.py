"""The thread that keeps one shard of one mapping going."""

from __future__ import annotations

import functools
import logging
import threading
import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import DivisaError
from local.mappings.batches import Buffer
from local.mappings.delivery import Delivery, Discarded, RetryPolicy, pause_before
from local.mappings.failures import failure_document, send_failure
from local.mappings.invocation import FunctionGone, invoke
from local.mappings.shard import Progress, ShardRun, Stopped
from local.mappings.sources import Start, StreamGone, StreamSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.mappings.checkpoints import Checkpoints
    from local.mappings.clients import Clients
    from local.mappings.mapping import Mapping
    from local.mappings.patterns import Predicate
    from local.mappings.records import Record

log = logging.getLogger(__name__)
_DESTINATION_ATTEMPTS = 3


class ShardPoller(threading.Thread):
    """Runs a shard; after an error it starts again from the checkpoint, later each time.

    It ends when it is told to stop, when the closed shard is done, and when its function or stream is gone.

    Attributes:
        progress: counters of this process.
        last_error: the newest error in plain words; empty while all is well.
    """

    def __init__(
        self,
        mapping: Mapping,
        shard_id: str,
        source: StreamSource,
        wants: Predicate | None,
        since: float | None,
        clients: Clients,
        checkpoints: Checkpoints,
    ) -> None:
        super().__init__(name=f"{mapping.name} {shard_id}", daemon=True)
        self._mapping = mapping
        self._shard_id = shard_id
        self._source = source
        self._wants = wants
        self._since = since
        self._clients = clients
        self._checkpoints = checkpoints
        self._stopping = threading.Event()
        self.progress = Progress()
        self.last_error = ""

    def stop(self) -> None:
        """Ask it to end; an invocation in flight is finished first."""
        self._stopping.set()

    def run(self) -> None:
        """Work until it ends; every error is logged with the mapping's name."""
        failures = 0
        while not self._stopping.is_set():
            done_before = self.progress.done
            try:
                self._run_once()
                self._checkpoints.drain(self._mapping.uuid, self._shard_id)
            except Stopped:
                return
            except (StreamGone, FunctionGone) as gone:
                self.last_error = str(gone)
                log.warning("%s: stopped: %s", self.name, gone)
                return
            except (DivisaError, BotoCoreError, ClientError, OSError) as cause:
                self.last_error = f"{type(cause).__name__}: {cause}"
                log.warning("%s: %s", self.name, self.last_error)
            except Exception as cause:
                self.last_error = f"{type(cause).__name__}: {cause}"
                log.exception("%s: unexpected", self.name)
            else:
                return
            failures = 0 if self.progress.done > done_before else failures + 1
            self._stopping.wait(pause_before(failures))

    def _run_once(self) -> None:
        mapping = self._mapping
        position = self._checkpoints.position(mapping.uuid, self._shard_id)
        ShardRun(
            reader=self._source.reader(self._shard_id, Start(after=position, since=self._since)),
            wants=self._wants,
            buffer=Buffer(mapping.batch_size, mapping.window_seconds, mapping.parallelization),
            delivery_for=self._delivery,
            checkpoint=functools.partial(self._checkpoints.save, mapping.uuid, self._shard_id),
            stop=self._stopping,
            progress=self.progress,
            parallelization=mapping.parallelization,
        ).run()

    def _delivery(self, settle: Callable[[Sequence[Record]], None]) -> Delivery:
        mapping = self._mapping

        def settled(records: Sequence[Record]) -> None:
            self.last_error = ""
            settle(records)

        return Delivery(
            policy=RetryPolicy(mapping.bisects, mapping.max_retries, mapping.max_age_seconds),
            invoke=functools.partial(invoke, self._clients.functions, mapping),
            settle=settled,
            discard=self._discard,
            now=time.time,
            pause=self._pause,
        )

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Stopped

    def _discard(self, discarded: Discarded) -> None:
        first, last = discarded.records[0].sequence, discarded.records[-1].sequence
        count, condition = len(discarded.records), discarded.condition
        destination = self._mapping.failure_destination
        self.progress.discarded += count
        log.warning("%s: %s: gave up %d records, %s to %s", self.name, condition, count, first, last)
        if destination is None:
            return
        document = failure_document(self._mapping, self._shard_id, discarded, time.time())
        for attempt in range(_DESTINATION_ATTEMPTS):
            try:
                send_failure(self._clients.sqs, self._clients.sns, destination, document)
            except (DivisaError, BotoCoreError, ClientError) as cause:
                self.last_error = f"on-failure destination {destination}: {cause}"
                log.error("%s: %s", self.name, self.last_error)
                self._pause(pause_before(attempt))
            else:
                return
