from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from divisa.adapters.aws.quarantine import S3Quarantine
from divisa.domain.errors import StoreUnavailable
from divisa.ports import QuarantineEntry
from tests.unit.adapters.aws.failing import Scripted, client_error

GONE = ReadTimeoutError(endpoint_url="http://127.0.0.1")
ENTRY = QuarantineEntry("0a", "malformed", "detail", b"x", "1", datetime(2024, 1, 5, tzinfo=UTC))


def test_an_entry_that_cannot_be_kept_is_never_passed_over() -> None:
    client: Any = Scripted({}, client_error("SlowDown", 503), {})
    quarantine = S3Quarantine(client, "bucket")
    with pytest.raises(StoreUnavailable, match="SlowDown"):
        quarantine.put_many([ENTRY, ENTRY, ENTRY])


def test_a_listing_that_fails_says_so() -> None:
    client: Any = Scripted()
    client.get_paginator = lambda _: Scripted(GONE)
    with pytest.raises(StoreUnavailable, match="ReadTimeoutError"):
        list(S3Quarantine(client, "bucket").all())


def test_the_key_says_reason_and_id() -> None:
    client: Any = Scripted({})
    S3Quarantine(client, "bucket").put_many([ENTRY])
    assert client.calls[0]["Key"] == "quotes/malformed/0a.json"
