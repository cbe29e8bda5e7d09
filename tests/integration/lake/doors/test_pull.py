"""Files of a real server land in a real bucket, once."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from divisa.adapters.aws.backoff import Backoff
from lake.doors.download import Downloader, Limits
from lake.doors.landing import Landing
from lake.doors.pull import Pull, Pulled
from lake.doors.sources import Source
from lake.ingestion.forms import Form, dataset_of, form_of
from tests.unit.lake.doors.server import Files, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ministack import BareMiniStack
    from tests.unit.lake.doors.server import Answer

pytestmark = pytest.mark.integration

CONTENT = b"pair,event_time,bid,ask\n"


@pytest.fixture
def files() -> Iterator[Files]:
    with serving() as files:
        yield files


class Bucket:
    """A bucket of its own, and what lies in it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.name = f"lake-{uuid4().hex}"
        client.create_bucket(Bucket=self.name)

    def landed(self) -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=self.name, Prefix="landing/").get("Contents", [])
        return {each["Key"]: self.client.get_object(Bucket=self.name, Key=each["Key"])["Body"].read() for each in found}


@pytest.fixture
def bucket(ministack: BareMiniStack) -> Bucket:
    return Bucket(ministack.client("s3"))


def giving(content: bytes, etag: str = "") -> Answer:
    """A file of a server that knows its version."""

    def answer(asked: Any) -> None:
        if etag and asked.headers.get("If-None-Match") == etag:
            asked.say(304, ETag=etag)
        else:
            asked.say(200, content, ETag=etag)

    return answer


def pulled(bucket: Bucket, *sources: Source, seconds: float = 60) -> Pulled:
    download = Downloader(Limits(most_bytes=1000, silence=5), Backoff(attempts=2, base=0.001))
    return Pull(download, Landing(bucket.client, bucket.name))(sources, seconds=seconds)


def test_a_file_lands_under_the_hash_of_its_content_in_its_datasets_folder(bucket: Bucket, files: Files) -> None:
    files.answers["/rates.csv"] = [giving(CONTENT)]

    assert pulled(bucket, Source("rates", "fx_prices", f"{files.url}/rates.csv")).landed == ["rates"]

    [(key, content)] = bucket.landed().items()
    assert content == CONTENT
    assert key == f"landing/fx_prices/pull/{hashlib.sha256(CONTENT).hexdigest()}/rates.csv"
    assert (dataset_of(key), form_of(key)) == ("fx_prices", Form.CSV)


def test_the_same_content_lands_once_whether_or_not_its_server_knows_versions(bucket: Bucket, files: Files) -> None:
    files.answers["/plain.csv"] = [giving(CONTENT)]
    files.answers["/known.csv"] = [giving(CONTENT, '"1"')]
    plain, known = (Source(name, "fx_prices", f"{files.url}/{name}.csv") for name in ("plain", "known"))

    assert pulled(bucket, plain, known).landed == ["plain", "known"]
    assert pulled(bucket, plain, known).unchanged == ["plain", "known"]

    assert len(bucket.landed()) == 2
    whole = [path for method, path, headers in files.asked if method == "GET" and "If-None-Match" not in headers]
    assert whole == ["/plain.csv", "/known.csv", "/plain.csv"]


def test_new_content_lands_beside_the_old(bucket: Bucket, files: Files) -> None:
    source = Source("rates", "fx_prices", f"{files.url}/rates.csv")
    for number, content in enumerate([CONTENT, CONTENT * 2]):
        files.answers["/rates.csv"] = [giving(content, f'"{number}"')]
        assert pulled(bucket, source).landed == ["rates"]

    assert sorted(bucket.landed().values()) == [CONTENT, CONTENT * 2]


def test_a_version_of_another_address_is_none_of_this_one(bucket: Bucket, files: Files) -> None:
    files.answers |= {"/old.csv": [giving(CONTENT, '"1"')], "/new.csv": [giving(CONTENT * 2, '"1"')]}

    for path in ("old", "new"):
        assert pulled(bucket, Source("rates", "fx_prices", f"{files.url}/{path}.csv")).landed == ["rates"]


def test_a_source_that_fails_stops_none_of_the_others_and_leaves_nothing(bucket: Bucket, files: Files) -> None:
    files.answers["/gone.csv"] = [lambda asked: asked.say(404)]
    files.answers["/cut.csv"] = [lambda asked: asked.say(200, b"12345", Content_Length="500")]
    files.answers["/good.csv"] = [giving(CONTENT)]
    names = ("gone", "cut", "good")

    found = pulled(bucket, *(Source(name, "fx_prices", f"{files.url}/{name}.csv") for name in names))

    assert (found.landed, list(found.failed)) == (["good"], ["gone", "cut"])
    assert files.url not in str(found.failed)
    assert list(bucket.landed().values()) == [CONTENT]


def test_a_bucket_that_is_away_is_a_failure_of_each_source_and_the_next_run_begins_anew(
    bucket: Bucket, files: Files
) -> None:
    files.answers["/rates.csv"] = [giving(CONTENT, '"1"')]
    source = Source("rates", "fx_prices", f"{files.url}/rates.csv")
    download = Downloader(Limits(silence=5), Backoff(attempts=1))

    away = Pull(download, Landing(bucket.client, f"{bucket.name}-none"))([source], seconds=60)

    assert away.failed == {"rates": "the landing zone: NoSuchBucket"}
    assert pulled(bucket, source).landed == ["rates"]


def test_what_there_is_no_time_for_is_told(bucket: Bucket, files: Files) -> None:
    found = pulled(bucket, Source("rates", "fx_prices", f"{files.url}/rates.csv"), seconds=0)

    assert found.failed == {"rates": "there was no time left for it in this run"}
    assert files.asked == []


def test_a_run_begins_with_those_that_had_their_turn_longest_ago_whatever_became_of_it(
    bucket: Bucket, files: Files
) -> None:
    slow, gone, last, new = (
        Source(name, "fx_prices", f"{files.url}/{name}.csv") for name in ("slow", "gone", "last", "new")
    )
    files.answers |= {"/slow.csv": [giving(CONTENT)], "/last.csv": [giving(CONTENT)], "/new.csv": [giving(CONTENT)]}
    files.answers["/gone.csv"] = [lambda asked: asked.say(404)]
    landing = Landing(bucket.client, bucket.name)

    for turn in ((slow,), (gone,)):
        pulled(bucket, *turn)
        time.sleep(1.1)  # S3 has whole seconds.
    pulled(bucket, last)

    assert landing.longest_ago_first([last, gone, slow, new]) == [new, slow, gone, last]
    files.asked.clear()
    pulled(bucket, slow, gone, last, new)
    assert [path for method, path, _ in files.asked if method == "GET"] == [
        f"/{name}.csv" for name in ("new", "slow", "gone", "last")
    ]
