from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.erasure_markers import S3ErasureMarkers
from divisa.adapters.memory.erasure_markers import MemoryErasureMarkers
from tests.builders import WEDNESDAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import ErasureMarkers
    from tests.ministack import BareMiniStack

    Left = tuple[ErasureMarkers, Callable[[], dict[str, datetime]]]


def markers_in(client: Any, bucket: str) -> dict[str, datetime]:
    """When each was erased, by pseudonym, as the objects of a bucket say."""
    found = {}
    for listed in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        marker = json.loads(client.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read())
        assert listed["Key"] == f"erasures/{marker['pseudonym']}.json"
        found[marker["pseudonym"]] = datetime.fromisoformat(marker["erased_at"]).astimezone(UTC)
    return found


@pytest.fixture
def left(side: str, request: pytest.FixtureRequest) -> Left:
    """Where markers are left, and a look at them."""
    if side == "memory":
        memory = MemoryErasureMarkers()
        return memory, lambda: memory.markers
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    bucket = f"contract-{uuid.uuid4().hex[:12]}"
    cloud.client("s3").create_bucket(Bucket=bucket)
    client = clients.s3()
    request.addfinalizer(client.close)
    return S3ErasureMarkers(client, bucket), lambda: markers_in(cloud.client("s3"), bucket)


def test_a_marker_says_who_was_erased_and_when(left: Left) -> None:
    markers, found = left
    markers.put("erased-1", WEDNESDAY)
    markers.put("erased-2", WEDNESDAY + timedelta(seconds=1))
    assert found() == {"erased-1": WEDNESDAY, "erased-2": WEDNESDAY + timedelta(seconds=1)}


def test_the_first_marker_counts(left: Left) -> None:
    markers, found = left
    markers.put("erased-1", WEDNESDAY)
    markers.put("erased-1", WEDNESDAY + timedelta(hours=1))
    assert found() == {"erased-1": WEDNESDAY}
