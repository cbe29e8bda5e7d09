from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError, ReadTimeoutError

from divisa.adapters.aws.feeds import S3Feeds
from divisa.adapters.memory.clock import ManualClock
from divisa.domain.errors import StoreUnavailable
from divisa.domain.feed import FeedFile
from tests.builders import WEDNESDAY
from tests.unit.adapters.aws.failing import Scripted, client_error

FILE = FeedFile.of("prices", "a.csv", b"x")


def feeds(*steps: Any) -> tuple[S3Feeds, Any]:
    client: Any = Scripted(*steps)
    return S3Feeds(client, "lake", ManualClock(WEDNESDAY)), client


@pytest.mark.parametrize("failure", [client_error("SlowDown", 503), ReadTimeoutError(endpoint_url="http://127.0.0.1")])
def test_a_file_that_cannot_be_kept_is_never_passed_over(failure: Exception) -> None:
    landing, _ = feeds(failure)
    with pytest.raises(StoreUnavailable, match="^the landing zone: ") as caught:
        landing.put(FILE, b"x")
    assert caught.value.__cause__ is failure


def test_a_file_that_is_there_is_kept() -> None:
    landing, client = feeds(client_error("PreconditionFailed", 412))
    landing.put(FILE, b"x")
    assert client.calls[0]["IfNoneMatch"] == "*"


def test_nobody_can_be_permitted_without_credentials() -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NoCredentialsError

    client: Any = Scripted()
    client.generate_presigned_post = refuse
    with pytest.raises(StoreUnavailable, match="NoCredentialsError"):
        S3Feeds(client, "lake", ManualClock(WEDNESDAY)).permit(FILE)
