"""Faults that are no request's: streams and queues repeat themselves, fill up, hand out twice, give up."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import boto3

from divisa.adapters.wire import suggestion_to_json
from divisa.domain.recipient import Channel
from local import parts
from local.faults.plan import Fault
from local.processes import Supervisor
from local.redriving import redrive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from divisa.domain.quote import Quote
    from local.cloud import LaptopCloud
    from local.faults.plan import Plan
    from local.stores import Stores

VISIBILITY_SECONDS: Final = 5
"""How long a queue hides a message here; minutes where nobody waits for it."""
_AT_ONCE: Final = 10
_FULL_SECONDS: Final = 4.0


class Events:
    """What befalls streams and queues of one cloud; counted in the plan."""

    def __init__(self, running: LaptopCloud, stores: Stores, home: Path, plan: Plan, chance: Random) -> None:
        self._running, self._stores, self._home, self._plan, self._chance = running, stores, home, plan, chance
        make: Any = boto3.client
        names = ("lambda", "sqs", "dynamodb", "dynamodbstreams")
        self._clients = {name: make(name, **running.addresses.client_settings(name)) for name in names}
        deployment = running.deployment
        self.queues: Mapping[str, str] = {
            Channel.PUSH.value: deployment.push_queue_url,
            Channel.EMAIL.value: deployment.email_queue_url,
            Channel.SMS.value: deployment.sms_queue_url,
            "backlog": deployment.backlog_queue_url,
        }

    def close(self) -> None:
        """Let go of the cloud."""
        for client in self._clients.values():
            client.close()

    def make_impatient(self) -> None:
        """Have every queue show a message again soon after its consumer failed."""
        for url in self.queues.values():
            self._clients["sqs"].set_queue_attributes(
                QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)}
            )

    def configure(self, function: str, **variables: str) -> None:
        """Give a function more variables."""
        functions = self._clients["lambda"]
        there = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        functions.update_function_configuration(FunctionName=function, Environment={"Variables": there | variables})

    @contextmanager
    def filled(self) -> Iterator[None]:
        """Queues that nobody reads while the body runs; then some of their messages are taken and let go again."""
        functions, deployment = self._clients["lambda"], self._running.deployment
        mappings = [
            mapping["UUID"]
            for name in (deployment.email_function_name, deployment.sms_function_name)
            for mapping in functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        ]
        for mapping in mappings:
            functions.update_event_source_mapping(UUID=mapping, Enabled=False)
        try:
            yield
            time.sleep(_FULL_SECONDS)
            for channel in (Channel.EMAIL, Channel.SMS):
                self._plan.record(Fault.FILLED, times=bool(self.waiting(self.queues[channel.value])))
                self._let_go(self.queues[channel.value])
        finally:
            for mapping in mappings:
                functions.update_event_source_mapping(UUID=mapping, Enabled=True)

    def _let_go(self, url: str) -> None:
        sqs = self._clients["sqs"]
        taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_AT_ONCE).get("Messages", [])
        for message in reversed(taken):
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        self._plan.record(Fault.VISIBLE, times=len(taken))

    def bookmark(self) -> Mapping[Path, bytes]:
        """How far every stream is read."""
        return {path: path.read_bytes() for path in (self._home / parts.MAPPINGS / "checkpoints").glob("*.json")}

    def redeliver(self, bookmark: Mapping[Path, bytes]) -> None:
        """Stop what carries streams to functions, and have everything since the bookmark carried once more."""
        supervisor = Supervisor(self._home)
        supervisor.stop(parts.MAPPINGS)
        for path, content in bookmark.items():
            path.write_bytes(content)
        supervisor.start(parts.mappings(self._home, self._running.addresses))
        self._plan.record(Fault.REDELIVERED, times=len(bookmark))

    def disorder(self) -> None:
        """Give the outbox what it had before, in another order."""
        records = [each for each in self._records() if each["dynamodb"]["NewImage"]["status"] == {"S": "pending"}]
        chosen = self._chance.sample(records, min(_AT_ONCE, len(records)))
        if chosen:
            self._clients["lambda"].invoke(
                FunctionName=self._running.deployment.outbox_function_name,
                Payload=json.dumps({"Records": chosen}, default=str).encode(),
            )
        self._plan.record(Fault.DISORDERED, times=len(chosen))

    def republish(self, quotes: Sequence[Quote]) -> None:
        """Publish old quotes again, the newest first."""
        old = self._chance.sample(quotes, min(_AT_ONCE, len(quotes)))
        self._stores.stream.publish(sorted(old, key=lambda quote: quote.event_time, reverse=True))
        self._plan.record(Fault.REPUBLISHED, times=len(old))

    def repeat(self) -> None:
        """Give announcements that channels had before to their queues again."""
        known = {each.suggestion_id: each for each in self._stores.suggestions.all()}
        there = [each for each in self._stores.deliveries.all() if each.suggestion_id in known]
        for each in self._chance.sample(there, min(_AT_ONCE, len(there))):
            body = suggestion_to_json(known[each.suggestion_id]).decode()
            self._clients["sqs"].send_message(QueueUrl=self.queues[each.channel.value], MessageBody=body)
            self._plan.record(Fault.REPEATED)

    def redrive(self) -> None:
        """Take back what queues gave up on."""
        for url in self.queues.values():
            self._plan.record(Fault.REDRIVEN, times=redrive(self._clients["sqs"], url))

    def waiting(self, url: str | None = None) -> int:
        """Messages in a queue, or in all, those that a consumer is at included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        total = 0
        for each in self.queues.values() if url is None else (url,):
            found = self._clients["sqs"].get_queue_attributes(QueueUrl=each, AttributeNames=names)["Attributes"]
            total += sum(int(found[name]) for name in names)
        return total

    def _records(self) -> list[dict[str, Any]]:
        """The insertions in the stream of the suggestions' table, as a mapping would carry them."""
        streams = self._clients["dynamodbstreams"]
        table = f"{self._running.deployment.table_prefix}suggestions"
        arn = self._clients["dynamodb"].describe_table(TableName=table)["Table"]["LatestStreamArn"]
        found: list[dict[str, Any]] = []
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            iterator = streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator:
                page = streams.get_records(ShardIterator=iterator, Limit=1000)
                found += [record for record in page["Records"] if record["eventName"] == "INSERT"]
                iterator = page.get("NextShardIterator") if page["Records"] else None
        return found
