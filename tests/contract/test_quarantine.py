from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.quarantine import S3Quarantine
from divisa.adapters.memory.quarantine import MemoryQuarantine
from divisa.ports import QuarantineEntry

if TYPE_CHECKING:
    from divisa.ports import Quarantine
    from tests.ministack import BareMiniStack

AT = datetime(2024, 1, 5, 14, 15, 0, 5, tzinfo=UTC)
ENTRY = QuarantineEntry("0a", "malformed", "bid is wrong: ñ", bytes(range(256)), "0017:00000", AT)


@pytest.fixture
def quarantine(side: str, request: pytest.FixtureRequest) -> Quarantine:
    if side == "memory":
        return MemoryQuarantine()
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    bucket = f"contract-{uuid.uuid4().hex[:12]}"
    cloud.client("s3").create_bucket(Bucket=bucket)
    client = clients.s3()
    request.addfinalizer(client.close)
    return S3Quarantine(client, bucket)


def test_an_empty_quarantine_lists_nothing(quarantine: Quarantine) -> None:
    quarantine.put_many([])
    assert list(quarantine.all()) == []


def test_an_event_is_kept_whole(quarantine: Quarantine) -> None:
    quarantine.put_many([ENTRY])
    assert list(quarantine.all()) == [ENTRY]


def test_the_same_entry_again_changes_nothing(quarantine: Quarantine) -> None:
    quarantine.put_many([ENTRY, ENTRY])
    quarantine.put_many([ENTRY])
    assert list(quarantine.all()) == [ENTRY]


def test_entries_are_listed_by_reason_and_id(quarantine: Quarantine) -> None:
    keys = [(reason, f"{n:02x}") for reason in ("corrupt_aggregate", "outlier", "stale") for n in range(20)]
    entries = [replace(ENTRY, reason=reason, entry_id=entry_id) for reason, entry_id in keys]
    quarantine.put_many(reversed(entries))
    assert list(quarantine.all()) == entries
