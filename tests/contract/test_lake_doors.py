"""What is handed in at the lake's doors is there, each by itself and as often as it was handed in."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.lake_doors import FirehoseLakeDoors
from divisa.adapters.memory.lake_doors import MemoryLakeDoors
from divisa.adapters.wire import suggestion_from_json
from divisa.adapters.wire.outcome import outcome_from_json
from tests.builders import a_suggestion, an_outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import LakeDoors
    from tests.ministack import BareMiniStack

SUGGESTIONS = [replace(a_suggestion(), suggestion_id=f"s-{number:04}") for number in range(600)]


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors, and what came in by them, sorted by id."""

    into: LakeDoors
    suggestions: Callable[[], list[Suggestion]]
    outcomes: Callable[[], list[Outcome]]


@pytest.fixture
def doors(side: str, request: pytest.FixtureRequest) -> Doors:
    if side == "memory":
        memory = MemoryLakeDoors()
        return Doors(memory, lambda: sorted(memory.suggestions, key=_id), lambda: sorted(memory.outcomes, key=_id))
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    name = f"contract-{uuid.uuid4().hex[:12]}"
    cloud.client("s3").create_bucket(Bucket=name)
    for kind in ("suggestions", "outcomes"):
        cloud.client("firehose").create_delivery_stream(
            DeliveryStreamName=f"{name}-{kind}",
            ExtendedS3DestinationConfiguration={
                "RoleARN": "arn:aws:iam::000000000000:role/contract",
                "BucketARN": f"arn:aws:s3:::{name}",
                "Prefix": f"{kind}/",
                "ErrorOutputPrefix": "failed/",
                "BufferingHints": {"IntervalInSeconds": 0, "SizeInMBs": 64},
                "ProcessingConfiguration": {
                    "Enabled": True,
                    "Processors": [{"Type": "AppendDelimiterToRecord", "Parameters": []}],
                },
            },
        )
    firehose = clients.firehose()
    request.addfinalizer(firehose.close)

    def lines(kind: str) -> list[bytes]:
        time.sleep(0.2)  # What is gathered is delivered at once, and a moment later.
        s3 = cloud.client("s3")
        found = s3.list_objects_v2(Bucket=name, Prefix=f"{kind}/").get("Contents", [])
        return [
            line for each in found for line in s3.get_object(Bucket=name, Key=each["Key"])["Body"].read().splitlines()
        ]

    return Doors(
        FirehoseLakeDoors(firehose, f"{name}-suggestions", f"{name}-outcomes"),
        lambda: sorted(map(suggestion_from_json, lines("suggestions")), key=_id),
        lambda: sorted(map(outcome_from_json, lines("outcomes")), key=_id),
    )


def _id(each: Any) -> str:
    return str(each.suggestion_id)


def test_each_kind_comes_in_by_its_own_door_more_of_it_than_one_request_may_have(doors: Doors) -> None:
    doors.into.put_suggestions(SUGGESTIONS)
    doors.into.put_outcomes([an_outcome()])

    assert [each.suggestion_id for each in doors.suggestions()] == [each.suggestion_id for each in SUGGESTIONS]
    assert doors.outcomes() == [an_outcome()]


def test_what_is_handed_in_twice_is_there_twice_and_nothing_is_nothing(doors: Doors) -> None:
    doors.into.put_suggestions([])
    doors.into.put_suggestions(SUGGESTIONS[:1])
    doors.into.put_suggestions(SUGGESTIONS[:1])

    assert [each.suggestion_id for each in doors.suggestions()] == ["s-0000", "s-0000"]
    assert doors.outcomes() == []
