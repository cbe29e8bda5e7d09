"""What is written to the log can be read from the lake, line by line."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.decision_log import FirehoseDecisionLog
from divisa.adapters.aws.decisions import S3Decisions
from divisa.adapters.memory.decision_log import MemoryDecisionLog
from divisa.adapters.memory.decisions import MemoryDecisions
from divisa.adapters.wire.decision import decision_to_json
from divisa.ports import Logged
from tests.unit.adapters.wire.test_decision import a_whole_record

if TYPE_CHECKING:
    from divisa.ports import DecisionLog, Decisions
    from tests.ministack import BareMiniStack

    Log = tuple[DecisionLog, Decisions]

RECORDS = [replace(a_whole_record(), decision_id=f"d-{number:04}", user_id=f"u-{number % 7}") for number in range(1200)]


@pytest.fixture
def log(side: str, request: pytest.FixtureRequest) -> Log:
    """The log, and what can be read of it."""
    if side == "memory":
        memory = MemoryDecisionLog()
        return memory, MemoryDecisions(memory.lines)
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    name = f"contract-{uuid.uuid4().hex[:12]}"
    cloud.client("s3").create_bucket(Bucket=name)
    cloud.client("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/contract",
            "BucketARN": f"arn:aws:s3:::{name}",
            "Prefix": "decisions/day=!{timestamp:yyyy-MM-dd}/",
            "ErrorOutputPrefix": "decisions-failed/!{firehose:error-output-type}/",
        },
    )
    firehose, s3 = clients.firehose(), clients.s3()
    request.addfinalizer(firehose.close)
    request.addfinalizer(s3.close)
    return FirehoseDecisionLog(firehose, name), S3Decisions(s3, name)


def ids(decisions: Decisions, containing: str = "") -> list[str]:
    return sorted(each.record.decision_id for each in comparable(decisions, containing))


def comparable(decisions: Decisions, containing: str = "") -> list[Logged]:
    return [each for each in decisions.all(containing) if isinstance(each, Logged)]


def test_decisions_are_read_as_they_were_written_byte_by_byte(log: Log) -> None:
    written, read = log
    written.write(RECORDS)

    found = comparable(read)
    assert sorted(each.line for each in found) == sorted(map(decision_to_json, RECORDS))
    assert all(decision_to_json(each.record) == each.line for each in found)


def test_writing_nothing_leaves_nothing(log: Log) -> None:
    written, read = log
    written.write([])
    assert ids(read) == []


def test_a_decision_is_found_by_an_id_in_it(log: Log) -> None:
    written, read = log
    written.write(RECORDS[:20])
    assert ids(read, "d-0007") == ["d-0007"]
    assert ids(read, "u-6") == ["d-0006", "d-0013"]
    assert ids(read, "d-9999") == []


def test_what_is_written_twice_is_there_twice(log: Log) -> None:
    written, read = log
    written.write(RECORDS[:1])
    written.write(RECORDS[:1])
    assert ids(read) == ["d-0000", "d-0000"]
