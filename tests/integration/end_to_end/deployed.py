"""The laptop cloud of these tests, and what may befall it: parts die, functions are misconfigured, streams rewind."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import msgspec
from botocore.exceptions import ClientError

from divisa.adapters.aws.clock import REREAD
from local import parts
from local.processes import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from divisa.adapters.aws.clock import ReplayTime
    from divisa.domain.pair import Pair
    from local.addresses import Addresses
    from local.cloud import LaptopCloud
    from local.deployment import Deployment
    from local.stores import Stores

T = TypeVar("T")
PATIENCE_SECONDS = 120.0


def eventually(look: Callable[[], T], what: str) -> T:
    """Wait until something of the outside world is there; returns it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.08)
    return found


@dataclass
class DeployedCloud:
    """The functions as deployed, their stores, the replay's clock that they follow, and the model that answers them."""

    home: Path
    running: LaptopCloud
    stores: Stores
    clock: ReplayTime
    model: Path
    _clients: dict[str, Any] = field(default_factory=dict)
    _mapping_ids: dict[str, str] = field(default_factory=dict)

    @property
    def addresses(self) -> Addresses:
        return self.running.addresses

    @property
    def deployment(self) -> Deployment:
        return self.running.deployment

    def client(self, service: str) -> Any:
        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(service, **self.addresses.client_settings(service))
        return self._clients[service]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    # Parts

    def stop(self, part: str) -> None:
        Supervisor(self.home).stop(part)

    def kill(self, part: str) -> None:
        """As `kill -9` does: nothing that was in flight is finished or written down."""
        record = Supervisor(self.home).state.parts[part]
        os.kill(record.identity.pid, signal.SIGKILL)
        eventually(lambda: not record.identity.alive(), f"{part} is dead")

    def start(self, part: str) -> None:
        """Start a part that was stopped or killed, at its old address, and wait until it works."""
        supervisor = Supervisor(self.home)
        if part == parts.MAPPINGS:
            supervisor.start(parts.mappings(self.home, self.addresses))
            return
        supervisor.start(parts.sagemaker(self.home, self.addresses, supervisor.state.ports[part]))
        eventually(self._model_serves, "the endpoint is in service again")

    def _model_serves(self) -> bool:
        try:
            found = self.client("sagemaker").describe_endpoint(EndpointName=self.deployment.endpoint_name)
        except ClientError:
            return False
        return bool(found["EndpointStatus"] == "InService")

    # Functions

    @contextmanager
    def configured(self, function: str, **variables: str) -> Iterator[None]:
        """A function with other variables, wrong ones for example, put right again at the end."""
        functions = self.client("lambda")
        right = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        functions.update_function_configuration(FunctionName=function, Environment={"Variables": right | variables})
        try:
            yield
        finally:
            functions.update_function_configuration(FunctionName=function, Environment={"Variables": right})

    def run(self, function: str, times: int = 1, **event: Any) -> None:
        """Run a scheduled function now, so many times one after the other, whatever its schedule does meanwhile."""
        for _ in range(times):
            answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
            assert "FunctionError" not in answer, answer["Payload"].read()

    def log(self, function: str) -> str:
        """All that a function has ever logged."""
        pages = self.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=f"/aws/lambda/{function}")
        return "\n".join(event["message"] for page in found for event in page["events"])

    @contextmanager
    def held_up(self, function: str) -> Iterator[None]:
        """A function to which its queue gives nothing for a while; what comes meanwhile waits there."""
        functions = self.client("lambda")
        [mapping] = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def kill_worker(self, function: str) -> None:
        """Kill each process that a function runs in, as `kill -9` does."""
        port = Supervisor(self.home).state.ports[parts.MINISTACK]
        own = {f"AWS_LAMBDA_FUNCTION_NAME={function}".encode(), f"GATEWAY_PORT={port}".encode()}
        workers = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if own <= _variables(path)]
        assert workers
        for worker in workers:
            os.kill(worker, signal.SIGKILL)

    @contextmanager
    def overtaken(self, pair: Pair) -> Iterator[None]:
        """A rival that writes the pair's market record again and again, so that no consumer gets to save its own."""
        over = threading.Event()
        moved = {
            "TableName": f"{self.deployment.table_prefix}market",
            "Key": {"pair": {"S": str(pair)}},
            "UpdateExpression": "SET version = version + :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        dynamodb = self.client("dynamodb")

        def race() -> None:
            while not over.is_set():
                dynamodb.update_item(**moved)

        rival = threading.Thread(target=race, name="rival")
        rival.start()
        try:
            yield
        finally:
            over.set()
            rival.join()

    # Streams and queues

    def bookmark(self) -> Mapping[Path, bytes]:
        """How far every stream is read now."""
        return {path: path.read_bytes() for path in (self.home / parts.MAPPINGS / "checkpoints").glob("*.json")}

    def rewind(self, bookmark: Mapping[Path, bytes]) -> None:
        """Have everything since a bookmark delivered once more."""
        self.stop(parts.MAPPINGS)
        for path, content in bookmark.items():
            path.write_bytes(content)
        self.start(parts.MAPPINGS)

    def settle(self) -> None:
        """Wait until whatever was published has gone all the way: streams read to their ends, queues empty."""
        deployment = self.deployment
        ledger = partial(self._is_read_from_table, "transactions", deployment.ledger_function_name)
        eventually(ledger, "the ledger's stream is read to its end")
        for stream, function in (
            (deployment.transactions_stream_name, deployment.transactions_function_name),
            (deployment.quotes_stream_name, deployment.quotes_function_name),
        ):
            eventually(partial(self._is_read, stream, function), f"{stream} is read to its end")
        eventually(partial(self._is_empty, deployment.backlog_queue_url), "the backlog is worked off")
        outbox = partial(self._is_read_from_table, "suggestions", deployment.outbox_function_name)
        eventually(outbox, "the suggestions' stream is read to its end")
        # In the order in which a suggestion passes from one to the next.
        for queue in (deployment.push_queue_url, deployment.email_queue_url, deployment.sms_queue_url):
            eventually(partial(self._is_empty, queue), "the queue is empty")

    def waiting(self, queue_url: str) -> int:
        """Messages in a queue, those that a consumer is at included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def take(self, queue_url: str) -> list[str]:
        """Bodies of the messages in a queue, taken out of it."""
        sqs = self.client("sqs")
        found = []
        while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(message["Body"])
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    @contextmanager
    def impatient(self, queue_url: str) -> Iterator[None]:
        """A queue that shows a message again a second after it was received, put right again at the end."""
        sqs, name = self.client("sqs"), "VisibilityTimeout"
        right = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"]
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={name: "1"})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=right)

    def now(self) -> datetime:
        """The present of the replay."""
        return self.clock.at(datetime.now(UTC))

    def follow(self, clock: ReplayTime) -> None:
        """Have all functions follow this clock from a second on."""
        self.clock = clock
        self.client("ssm").put_parameter(
            Name=self.deployment.clock_parameter_name,
            Value=msgspec.json.encode(clock).decode(),
            Type="String",
            Overwrite=True,
        )

    def pass_time(self, by: timedelta) -> None:
        """Let time pass, for the tests that come after as well: a clock does not go back."""
        self.follow(msgspec.structs.replace(self.clock, origin_event=self.clock.origin_event + by))
        time.sleep(REREAD.total_seconds() + 0.1)

    def _is_empty(self, queue_url: str) -> bool:
        return self.waiting(queue_url) == 0

    def _is_read(self, name: str, function: str) -> bool:
        """Whether a function has read a Kinesis stream to its end."""
        kinesis = self.client("kinesis")
        return all(
            not kinesis.get_records(
                ShardIterator=kinesis.get_shard_iterator(
                    StreamName=name,
                    ShardId=shard["ShardId"],
                    **_after(position, "StartingSequenceNumber"),
                )["ShardIterator"],
                Limit=1,
            )["Records"]
            for shard in kinesis.list_shards(StreamName=name)["Shards"]
            for position in [self._position(function, shard["ShardId"])]
        )

    def _is_read_from_table(self, name: str, function: str) -> bool:
        """Whether a function has read the stream of a table to its end."""
        streams = self.client("dynamodbstreams")
        table = f"{self.deployment.table_prefix}{name}"
        arn = self.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
        return all(
            not streams.get_records(
                ShardIterator=streams.get_shard_iterator(
                    StreamArn=arn, ShardId=shard["ShardId"], **_after(position, "SequenceNumber")
                )["ShardIterator"],
                Limit=1,
            )["Records"]
            for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
            for position in [self._position(function, shard["ShardId"])]
        )

    def _position(self, function: str, shard: str) -> str | None:
        if function not in self._mapping_ids:
            [mapping] = self.client("lambda").list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
            self._mapping_ids[function] = mapping["UUID"]
        file = self.home / parts.MAPPINGS / "checkpoints" / f"{self._mapping_ids[function]}.json"
        found: str | None = json.loads(file.read_text(encoding="utf-8"))["positions"].get(shard)
        return found


def _variables(file: Path) -> set[bytes]:
    """What a process was started with; nothing when it has gone, or is not ours to look at."""
    try:
        return set(file.read_bytes().split(b"\0"))
    except OSError:
        return set()


def _after(position: str | None, parameter: str) -> dict[str, str]:
    if position is None:
        return {"ShardIteratorType": "TRIM_HORIZON"}
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", parameter: position}
