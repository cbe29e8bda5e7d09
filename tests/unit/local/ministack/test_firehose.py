from __future__ import annotations

import asyncio
import base64
import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.aws.kpl import aggregate
from local.ministack.firehose import MAGIC, Gathering, delivered, user_records

LINES = {"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord", "Parameters": []}]}


@given(payloads=st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20))
def test_what_the_producer_library_packed_is_taken_apart_in_order(payloads: list[bytes]) -> None:
    packed = aggregate("USD/MXN", payloads, max_bytes=1 << 18)
    assert [record for data in packed for record in user_records(data)] == payloads


@pytest.mark.parametrize("data", [b"", b"plain", MAGIC, MAGIC + b"x" * 40])
def test_what_is_no_sound_pack_is_a_record_as_it_is(data: bytes) -> None:
    assert user_records(data) == [data]


@pytest.mark.parametrize(
    ("settings", "content"),
    [
        ({}, b"ab"),
        ({"ProcessingConfiguration": LINES}, b"a\nb\n"),
        ({"ProcessingConfiguration": {**LINES, "Enabled": False}}, b"ab"),
        ({"ProcessingConfiguration": LINES, "CompressionFormat": "GZIP"}, gzip.compress(b"a\nb\n", mtime=0)),
    ],
)
def test_a_file_is_delimited_and_packed_where_that_is_asked_for(settings: dict[str, Any], content: bytes) -> None:
    assert delivered([b"a", b"b"], settings) == content


def test_records_are_gathered_until_they_are_enough_or_have_waited_long_enough() -> None:
    files: list[bytes] = []
    destination = {"id": "one", "config": {"BufferingHints": {"IntervalInSeconds": 0.05, "SizeInMBs": 1}}}
    gathering = Gathering(lambda stream, destination, content: files.append(content))

    async def life() -> None:
        gathering.take({"arn": "quotes"}, destination, [b"a"])
        gathering.take({"arn": "quotes"}, destination, [b"b"])
        assert files == []
        await asyncio.sleep(0.1)
        assert files == [b"ab"]
        gathering.take({"arn": "quotes"}, destination, [b"c", bytes(1 << 20)])
        assert len(files) == 2
        await asyncio.sleep(0.1)

    asyncio.run(life())
    assert len(files) == 2


def test_what_is_not_delivered_yet_can_be_kept() -> None:
    gathering = Gathering(lambda stream, destination, content: None)

    async def life() -> None:
        destination = {"id": "one", "config": {"BufferingHints": {"IntervalInSeconds": 0.05}}}
        gathering.take({"arn": "quotes"}, destination, [b"a", b"\xff"])
        assert gathering.kept() == {"quotes": {"one": [base64.b64encode(each).decode() for each in (b"a", b"\xff")]}}
        await asyncio.sleep(0.1)

    asyncio.run(life())
    assert gathering.kept() == {}
