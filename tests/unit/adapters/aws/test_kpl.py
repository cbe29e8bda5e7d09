from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from typing import Any

import pytest
from aws_kinesis_agg.deaggregator import deaggregate_records
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.aws.kpl import MAGIC, aggregate, deaggregate, position_of
from divisa.domain.errors import InvalidQuote
from divisa.domain.gate import Rejection

PAYLOADS = [b"first", b"", b"third" * 40]


def packed(payloads: list[bytes], key: str = "USD/MXN") -> bytes:
    [record] = aggregate(key, payloads, max_bytes=1_000_000)
    return record


def sealed(body: bytes) -> bytes:
    """A body with magic and the MD5 that belongs to it."""
    return MAGIC + body + hashlib.md5(body, usedforsecurity=False).digest()


def refusal_of(data: bytes) -> str:
    with pytest.raises(InvalidQuote) as refused:
        deaggregate("1", "key", data)
    assert refused.value.reason == Rejection.CORRUPT_AGGREGATE
    return refused.value.detail


def field(number: int, kind: int, content: bytes | int) -> bytes:
    """One protobuf field; lengths and values below 128."""
    head = bytes([number << 3 | kind])
    return head + (bytes([content]) if isinstance(content, int) else bytes([len(content)]) + content)


KEY_TABLE = field(1, 2, b"k")


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=20))
def test_what_a_producer_packed_comes_out_in_order(payloads: list[bytes]) -> None:
    records = deaggregate("42", "other", packed(payloads))
    assert [record.data for record in records] == payloads
    assert {record.partition_key for record in records} == {"USD/MXN"}
    assert [record.position for record in records] == [position_of("42", n) for n in range(len(payloads))]


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=20))
def test_the_library_reads_a_sound_aggregate_as_we_do(payloads: list[bytes]) -> None:
    record: dict[str, Any] = {
        "kinesisSchemaVersion": "1.0",
        "sequenceNumber": "42",
        "approximateArrivalTimestamp": 0,
        "partitionKey": "USD/MXN",
        "data": base64.b64encode(packed(payloads)).decode(),
    }
    theirs = [base64.b64decode(each["kinesis"]["data"]) for each in deaggregate_records([{"kinesis": record}])]
    assert [each.data for each in deaggregate("42", "USD/MXN", packed(payloads))] == theirs


@given(st.binary().filter(lambda data: not data.startswith(MAGIC)))
def test_a_record_that_is_not_packed_is_its_own(data: bytes) -> None:
    [record] = deaggregate("7", "key", data)
    assert (record.data, record.partition_key, record.position) == (data, "key", position_of("7"))


@given(st.integers(0, 7), st.data())
def test_a_flipped_bit_never_loses_or_invents_a_user_record(bit: int, data: st.DataObject) -> None:
    damaged = bytearray(packed(PAYLOADS))
    at = data.draw(st.integers(0, len(damaged) - 1))
    damaged[at] ^= 1 << bit
    if at < len(MAGIC):
        assert [record.data for record in deaggregate("1", "key", bytes(damaged))] == [bytes(damaged)]
    else:
        refusal_of(bytes(damaged))


@given(st.data())
def test_a_truncated_aggregate_is_refused_whole(data: st.DataObject) -> None:
    whole = packed(PAYLOADS)
    refusal_of(whole[: data.draw(st.integers(len(MAGIC), len(whole) - 1))])


@given(st.binary(max_size=60))
def test_a_sound_md5_over_anything_else_is_refused_or_read_whole(body: bytes) -> None:
    try:
        records = deaggregate("1", "key", sealed(body))
    except InvalidQuote as refused:
        assert refused.reason == Rejection.CORRUPT_AGGREGATE
    else:
        assert records


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"\xff\xff\xff", "not the protobuf"),
        (b"\x0a\x02\xff\xfe" + field(3, 2, field(1, 0, 0) + field(3, 2, b"x")), "not text"),
        (KEY_TABLE, "0 user records"),
        (KEY_TABLE + field(3, 2, field(1, 0, 0)), "required field"),
        (KEY_TABLE + field(3, 2, field(1, 0, 1) + field(3, 2, b"x")), "partition key"),
        (KEY_TABLE + field(3, 2, field(1, 0, 0) + field(2, 0, 0) + field(3, 2, b"x")), "hash key"),
        (KEY_TABLE + field(3, 2, field(1, 0, 0) + field(3, 2, b"")) * 100_001, "100001 user records"),
    ],
)
def test_an_aggregate_with_a_sound_md5_is_still_looked_through(body: bytes, detail: str) -> None:
    assert detail in refusal_of(sealed(body))


def test_positions_of_a_shard_compare_as_text() -> None:
    assert position_of("9", 99_999) < position_of("10", 0) < position_of("10", 2) < position_of("10", 10)
    assert position_of("9" * 56) < position_of("1" + "0" * 56)


def test_payloads_fill_records_up_to_the_limit() -> None:
    payloads = [b"x" * 300] * 100
    records = list(aggregate("k", payloads, max_bytes=4096))
    assert len(records) > 1
    assert max(map(len, records)) <= 4096
    assert [each.data for record in records for each in deaggregate("1", "k", record)] == payloads


def test_nothing_to_pack_makes_no_record() -> None:
    assert list(aggregate("k", [], max_bytes=4096)) == []


def test_the_library_leaves_no_folder_on_the_path() -> None:
    program = (
        "import sys; from divisa.adapters.aws import kpl; before = sys.path.copy();"
        "list(kpl.aggregate('k', [b'x'], max_bytes=100)); sys.exit(sys.path != before)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
