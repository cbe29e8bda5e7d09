"""The scheduled pull as Lambda starts it, on a real bucket, a real secret and a real server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from divisa.domain.errors import InvalidSetting, StoreUnavailable
from lake.doors import handler
from tests.unit.lake.doors.server import serving
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.ministack import BareMiniStack
    from tests.unit.stream_consumers.conftest import Output

pytestmark = pytest.mark.integration

CONTENT = b"pair,event_time,bid,ask\n"


@pytest.fixture
def place(
    ministack: BareMiniStack, ministack_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The name of the bucket, and of the secret that is to have the list of sources."""
    name = f"lake-{uuid4().hex}"
    ministack.client("s3").create_bucket(Bucket=name)
    settings = {"STAGE": "test", "TABLE_PREFIX": "divisa-test-", "CLOCK": "system"}
    settings |= {"LAKE_BUCKET": name, "SOURCES_SECRET_ID": name}
    for setting, value in settings.items():
        monkeypatch.setenv(setting, value)
    handler._work.cache_clear()
    yield name
    handler._work.cache_clear()


def test_a_run_fetches_what_is_new_and_counts_what_failed(
    ministack: BareMiniStack, place: str, context: LambdaContext, output: Output
) -> None:
    with serving() as files:
        files.answers = {"/good.csv": [lambda asked: asked.say(200, CONTENT)], "/bad.csv": [lambda a: a.say(404)]}
        sources = [
            {"name": name, "dataset": "fx_prices", "url": f"{files.url}/{name}.csv?key=secret"}
            for name in ("bad", "good")
        ]
        files.answers = {f"{path}?key=secret": answers for path, answers in files.answers.items()}
        ministack.client("secretsmanager").create_secret(Name=place, SecretString=json.dumps(sources))

        handler.handler({}, context)

    written = output.text()
    assert "key=secret" not in written
    assert all(part in written for part in ('"SourcesLanded":[1.0]', '"SourcesFailed":[1.0]', "bad: its server"))
    landed = ministack.client("s3").list_objects_v2(Bucket=place, Prefix="landing/")["Contents"]
    assert [each["Key"].rpartition("/")[2] for each in landed] == ["good.csv"]


@SILENT
@pytest.mark.usefixtures("output")
def test_a_list_that_is_none_or_not_there_fails_the_run(
    ministack: BareMiniStack, place: str, context: LambdaContext
) -> None:
    with pytest.raises(StoreUnavailable, match="the list of sources: ResourceNotFoundException"):
        handler.handler({}, context)
    ministack.client("secretsmanager").create_secret(Name=place, SecretString="{}")
    with pytest.raises(InvalidSetting, match="is no list of sources"):
        handler.handler({}, context)
