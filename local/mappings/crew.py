"""All pollers of one mapping."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from local.mappings.dynamodb_source import DynamoDBSource
from local.mappings.invocation import FunctionGone
from local.mappings.kinesis_source import KinesisSource
from local.mappings.patterns import Predicate, compile_pattern
from local.mappings.poller import ShardPoller

if TYPE_CHECKING:
    from local.mappings.checkpoints import Checkpoints
    from local.mappings.clients import Clients
    from local.mappings.mapping import Mapping
    from local.mappings.sources import StreamSource

log = logging.getLogger(__name__)


class Crew:
    """One poller a shard. A shard's children begin when it is done to its end.

    Raises:
        InvalidPattern: a filter that cannot be understood.
    """

    def __init__(self, mapping: Mapping, clients: Clients, checkpoints: Checkpoints) -> None:
        self.mapping = mapping
        self._clients = clients
        self._checkpoints = checkpoints
        self._source = _source(mapping, clients)
        self._wants = _any_of(mapping)
        self._since = _since(mapping, checkpoints)
        self._pollers: dict[str, ShardPoller] = {}

    @property
    def stopped(self) -> bool:
        """Whether no poller runs."""
        return not any(poller.is_alive() for poller in self._pollers.values())

    def stop(self) -> None:
        """Ask every poller to end."""
        for poller in self._pollers.values():
            poller.stop()

    def complete(self) -> None:
        """Start what is missing: new shards, and those that ended because function or stream was gone and is back.

        Raises:
            StreamGone: the stream does not exist.
            FunctionGone: the function does not exist.
        """
        shards = self._source.shards()
        listed = {shard.shard_id for shard in shards}
        for shard_id, poller in self._pollers.items():
            if shard_id not in listed:
                poller.stop()
        drained = self._checkpoints.drained(self.mapping.uuid)
        waiting = [
            shard.shard_id
            for shard in shards
            if shard.shard_id not in drained
            and not self._works_on(shard.shard_id)
            and all(parent in drained for parent in shard.parents if parent in listed)
        ]
        if waiting:
            self._require_function()
        for shard_id in waiting:
            poller = ShardPoller(
                self.mapping, shard_id, self._source, self._wants, self._since, self._clients, self._checkpoints
            )
            self._pollers[shard_id] = poller
            poller.start()

    def status(self) -> dict[str, Any]:
        """What each shard did since this process began."""
        return {
            "uuid": self.mapping.uuid,
            "shards": {
                shard_id: {
                    "running": poller.is_alive(),
                    "position": self._checkpoints.position(self.mapping.uuid, shard_id),
                    "read": poller.progress.read,
                    "done": poller.progress.done,
                    "filtered_out": poller.progress.filtered_out,
                    "discarded": poller.progress.discarded,
                    "last_arrival": poller.progress.last_arrival,
                    "last_error": poller.last_error,
                }
                for shard_id, poller in self._pollers.items()
            },
        }

    def _works_on(self, shard_id: str) -> bool:
        poller = self._pollers.get(shard_id)
        return poller is not None and poller.is_alive()

    def _require_function(self) -> None:
        functions = self._clients.functions
        try:
            functions.get_function_configuration(FunctionName=self.mapping.function_arn)
        except functions.exceptions.ResourceNotFoundException as cause:
            raise FunctionGone(self.mapping.function_arn) from cause


def _source(mapping: Mapping, clients: Clients) -> StreamSource:
    if mapping.service == "kinesis":
        return KinesisSource(clients.kinesis, mapping.source_arn)
    return DynamoDBSource(clients.dynamodb_streams, mapping.source_arn)


def _any_of(mapping: Mapping) -> Predicate | None:
    patterns = [compile_pattern(text) for text in mapping.filters]
    if not patterns:
        return None
    return lambda event: any(pattern(event) for pattern in patterns)


def _since(mapping: Mapping, checkpoints: Checkpoints) -> float | None:
    """Where shards without a checkpoint begin.

    `LATEST` means the moment at which the mapping was made, not that at which it was taken over: nothing put in between
    may be lost. The emulator does not keep the moment of `AT_TIMESTAMP`; without it, everything is read.
    """
    if mapping.starting_position == "LATEST":
        return checkpoints.since(mapping.uuid)
    if mapping.starting_position == "AT_TIMESTAMP" and mapping.starting_timestamp is None:
        log.warning("%s: AT_TIMESTAMP without a timestamp: begins at the oldest record", mapping.name)
    return mapping.starting_timestamp
