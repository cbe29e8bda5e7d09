"""Reading the log where its lines are not all that this code would write."""

from __future__ import annotations

import gzip
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.decisions import S3Decisions
from divisa.adapters.memory.decisions import MemoryDecisions
from divisa.adapters.wire.decision import decision_to_json
from divisa.domain.errors import InvalidInput
from divisa.ports import Foreign, Logged
from tests.unit.adapters.wire.test_decision import a_whole_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from divisa.ports import Decisions
    from tests.ministack import BareMiniStack

LINES = [decision_to_json(replace(a_whole_record(), decision_id=f"d-{number}")) for number in range(6)]


@pytest.fixture
def decisions_in(side: str, request: pytest.FixtureRequest) -> Callable[[Sequence[Sequence[bytes]]], Decisions]:
    """Makes decisions of the lines of files, oldest first, every other one gzipped."""
    if side == "memory":
        return lambda files: MemoryDecisions([line for lines in files for line in lines])
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    bucket = f"contract-{uuid.uuid4().hex[:12]}"
    cloud.client("s3").create_bucket(Bucket=bucket)
    client = clients.s3()
    request.addfinalizer(client.close)

    def put(files: Sequence[Sequence[bytes]]) -> Decisions:
        for number, lines in enumerate(files):
            body = b"".join(line + b"\n" for line in lines)
            key = f"decisions/day=2024-01-{number + 10}/log-{number}"
            cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=gzip.compress(body) if number % 2 else body)
        cloud.client("s3").put_object(Bucket=bucket, Key="decisions-failed/x/day=2024-01-10/log", Body=b"{")
        return S3Decisions(client, bucket)

    return put


def ids_of(found: Iterable[Logged | Foreign]) -> list[str]:
    return [each.record.decision_id for each in found if isinstance(each, Logged)]


def test_an_empty_log_has_no_decisions(decisions_in: Callable[[Sequence[Sequence[bytes]]], Decisions]) -> None:
    assert list(decisions_in([]).all()) == []


def test_the_newest_day_comes_first(decisions_in: Callable[[Sequence[Sequence[bytes]]], Decisions]) -> None:
    found = ids_of(decisions_in([LINES[:2], LINES[2:4], LINES[4:]]).all())
    days = [sorted(found[start : start + 2]) for start in (0, 2, 4)]
    assert days == [["d-4", "d-5"], ["d-2", "d-3"], ["d-0", "d-1"]]


def test_a_line_that_is_none_is_an_error(decisions_in: Callable[[Sequence[Sequence[bytes]]], Decisions]) -> None:
    with pytest.raises(InvalidInput, match="is not a decision"):
        list(decisions_in([[LINES[0], b'{"schema":2}']]).all())


def test_lines_of_another_version_are_passed_over_and_can_be_counted(
    decisions_in: Callable[[Sequence[Sequence[bytes]]], Decisions],
) -> None:
    old = LINES[1].replace(b'"schema":2', b'"schema":1')
    found = list(decisions_in([[LINES[0]], [old]]).all())
    assert ids_of(found) == ["d-0"]
    [foreign] = [each.why for each in found if isinstance(each, Foreign)]
    assert foreign.endswith(": the decision has the form 1, this code 2")


def test_lines_that_are_not_asked_for_are_not_looked_at(
    decisions_in: Callable[[Sequence[Sequence[bytes]]], Decisions],
) -> None:
    assert ids_of(decisions_in([[b'{"schema":2}', LINES[3]]]).all("d-3")) == ["d-3"]
