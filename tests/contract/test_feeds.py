from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import httpx
import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.clock import SystemClock
from divisa.adapters.aws.feeds import S3Feeds
from divisa.adapters.memory.feeds import MemoryFeeds
from divisa.domain.feed import FeedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import Feeds
    from tests.ministack import BareMiniStack

CONTENT = b"pair,event_time,bid,ask\nUSD/MXN,2024-01-05T14:15:00Z,17.05,17.06\n"
FILE = FeedFile.of("prices", "2024-01-05.csv", CONTENT)


@dataclass(frozen=True)
class Landing:
    """A landing zone, and what lies there by key."""

    feeds: Feeds
    landed: Callable[[], dict[str, bytes]]


@pytest.fixture
def landing(side: str, request: pytest.FixtureRequest) -> Landing:
    if side == "memory":
        memory = MemoryFeeds(SystemClock())
        return Landing(memory, lambda: memory.landed)
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    bucket = f"contract-{uuid.uuid4().hex[:12]}"
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client = clients.uploads_s3()
    request.addfinalizer(client.close)

    def landed() -> dict[str, bytes]:
        versions = s3.list_object_versions(Bucket=bucket).get("Versions", [])
        assert len({each["Key"] for each in versions}) == len(versions)
        return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in versions}

    return Landing(S3Feeds(client, bucket, SystemClock()), landed)


def test_a_file_is_kept_as_it_was_sent(landing: Landing) -> None:
    landing.feeds.put(FILE, CONTENT)
    assert landing.landed() == {FILE.key: CONTENT}


def test_the_same_file_again_changes_nothing(landing: Landing) -> None:
    landing.feeds.put(FILE, CONTENT)
    landing.feeds.put(FILE, CONTENT)
    assert landing.landed() == {FILE.key: CONTENT}


def test_other_content_other_names_and_other_datasets_are_other_files(landing: Landing) -> None:
    files = {
        FeedFile.of("prices", "a.csv", b"1"): b"1",
        FeedFile.of("prices", "a.csv", b"2"): b"2",
        FeedFile.of("prices", "b.csv", b"1"): b"1",
        FeedFile.of("users", "a.csv", b"1"): b"1",
    }
    for file, content in files.items():
        landing.feeds.put(file, content)
    assert landing.landed() == {file.key: content for file, content in files.items()}


def test_a_permission_lasts_for_minutes(landing: Landing) -> None:
    left = landing.feeds.permit(FILE).expires_at - SystemClock().now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


Sent: TypeAlias = "Callable[..., int]"


@pytest.fixture
def send(request: pytest.FixtureRequest) -> Sent:
    """Fills in a form as a program would, perhaps another one than was permitted; answers with the status."""
    landing: Landing = request.getfixturevalue("landing")

    def post(content: bytes = CONTENT, **changes: str) -> int:
        upload = landing.feeds.permit(FILE)
        form = {**upload.fields, **changes}
        return httpx.post(upload.url, data=form, files={"file": (FILE.file, content)}).status_code

    return post


@pytest.mark.integration
@pytest.mark.parametrize("side", ["aws"])
def test_who_is_permitted_may_upload_that_file_and_no_other(landing: Landing, send: Sent) -> None:
    assert send(CONTENT * 2) >= 400
    assert send(CONTENT[:-1]) >= 400
    assert send(b"") >= 400
    assert send(key="landing/prices/other.csv") >= 400
    assert send(**{"Content-Type": "text/html"}) >= 400
    assert send(**{"x-amz-checksum-sha256": "A" * 43 + "="}) >= 400
    assert landing.landed() == {}

    assert send() == 204
    assert landing.landed() == {FILE.key: CONTENT}
