"""A stream, a function and a failure queue for the tests of the stream mappings."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
import uuid
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.ministack import BareMiniStack

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 30.0

# The function writes what it sees to a file. Its orders are in the records themselves.
FUNCTION = """
import base64, json, os

def handler(event, context):
    failed = []
    for record in event["Records"]:
        if "kinesis" in record:
            order = json.loads(base64.b64decode(record["kinesis"]["data"]))
            key, sequence = record["kinesis"]["partitionKey"], record["kinesis"]["sequenceNumber"]
        else:
            image = record["dynamodb"]["NewImage"]
            order = {"number": int(image["number"]["N"]), "status": image["status"]["S"]}
            key, sequence = image["id"]["S"], record["dynamodb"]["SequenceNumber"]
        line = json.dumps([order["number"], key, len(event["Records"]), context.aws_request_id])
        with open(os.environ["SEEN"], "a") as seen:
            seen.write(line + chr(10))
        if order.get("crash"):
            raise RuntimeError("poison")
        if order.get("poison") and not os.path.exists(os.environ["SEEN"] + ".healed"):
            failed.append({"itemIdentifier": sequence})
    print("done")
    return {"batchItemFailures": failed}
"""


def eventually(happens: Callable[[], bool], what: str) -> None:
    """Wait for something of the outside world."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


@dataclass
class StreamWorld:
    """One test's own resources, and the mappings process."""

    ministack: BareMiniStack
    folder: Path
    name: str = field(default_factory=lambda: f"m{uuid.uuid4().hex[:8]}")

    def client(self, service: str) -> Any:
        return self.ministack.client(service)

    @property
    def seen_file(self) -> Path:
        return self.folder / f"{self.name}.seen"

    @property
    def destination(self) -> str:
        return f"arn:aws:sqs:us-east-1:000000000000:{self.name}-failed"

    def make_function(self) -> None:
        self.make_function_again()
        self.client("sqs").create_queue(QueueName=f"{self.name}-failed")

    def make_function_again(self) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr("function.py", FUNCTION)
        self.client("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.12",
            Role="arn:aws:iam::000000000000:role/test",
            Handler="function.handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"SEEN": str(self.seen_file)}},
            Timeout=30,
        )

    def make_stream(self, shards: int = 1) -> str:
        kinesis = self.client("kinesis")
        kinesis.create_stream(StreamName=self.name, ShardCount=shards)
        kinesis.get_waiter("stream_exists").wait(StreamName=self.name, WaiterConfig={"Delay": 1})
        return str(kinesis.describe_stream_summary(StreamName=self.name)["StreamDescriptionSummary"]["StreamARN"])

    def make_table(self) -> str:
        table = self.client("dynamodb").create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        return str(table["TableDescription"]["LatestStreamArn"])

    def map(self, source_arn: str, **settings: Any) -> str:
        asked = {
            "EventSourceArn": source_arn,
            "FunctionName": self.name,
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 100,
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 1,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "DestinationConfig": {"OnFailure": {"Destination": self.destination}},
            **settings,
        }
        return str(self.client("lambda").create_event_source_mapping(**asked)["UUID"])

    def put(self, *orders: dict[str, Any], keys: int = 1) -> None:
        entries = [
            {"PartitionKey": f"key-{order['number'] % keys}", "Data": json.dumps(order).encode()} for order in orders
        ]
        answer = self.client("kinesis").put_records(StreamName=self.name, Records=entries)
        assert answer["FailedRecordCount"] == 0

    def insert(self, number: int, status: str) -> None:
        item = {"id": {"S": f"item-{number}"}, "number": {"N": str(number)}, "status": {"S": status}}
        self.client("dynamodb").put_item(TableName=self.name, Item=item)

    def heal(self) -> None:
        """From now on the function handles what it called poison."""
        Path(f"{self.seen_file}.healed").touch()

    def seen(self) -> list[tuple[int, str, int, str]]:
        """What the function saw: number, key, size of its batch, invocation."""
        if not self.seen_file.exists():
            return []
        lines = self.seen_file.read_text().splitlines()
        return [(number, key, size, call) for number, key, size, call in map(json.loads, lines)]

    def numbers(self) -> list[int]:
        """Numbers that the function saw, each once, in the order of first sight."""
        return list(dict.fromkeys(one[0] for one in self.seen()))

    def failures(self) -> list[dict[str, Any]]:
        """What is in the failure queue; taken out of it."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=f"{self.name}-failed")["QueueUrl"]
        found: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def first_failures(self) -> list[dict[str, Any]]:
        """Wait until something is in the failure queue."""
        found: list[dict[str, Any]] = []

        def some() -> bool:
            found.extend(self.failures())
            return bool(found)

        eventually(some, "a failure record")
        return found

    def start(self) -> subprocess.Popen[bytes]:
        """Start the mappings process and wait until it has taken everything over."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        with (self.folder / "mappings.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "local.mappings", "--state", str(self.folder), "--ready-file", str(ready)],
                cwd=ROOT,
                env={**environ, **self.ministack.environ()},
                stderr=log,
            )
        eventually(lambda: ready.exists() or process.poll() is not None, "mappings ready")
        assert process.poll() is None, (self.folder / "mappings.log").read_text()
        return process

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        process = self.start()
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)

    def clean(self) -> None:
        """Leave no mapping behind that a later process would take over."""
        functions = self.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            if self.name in mapping["EventSourceArn"]:
                functions.delete_event_source_mapping(UUID=mapping["UUID"])
