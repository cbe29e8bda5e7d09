"""Kinesis records as the Kinesis Producer Library packs them: many user records in one, checked by MD5.

The format is `magic · protobuf · MD5 of the protobuf` (awslabs/amazon-kinesis-producer, aggregation-format.md). The
library's own reader prints and drops what it cannot read, and takes a bad MD5 for a plain record, so the reading is
done here, strictly: a record is given back whole, or refused whole.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from divisa.domain.errors import InvalidQuote
from divisa.domain.gate import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAGIC: Final = b"\xf3\x89\x9a\xc2"
DIGEST_BYTES: Final = 16
SEQUENCE_DIGITS: Final = 129
"""The longest sequence number that the Kinesis API allows."""
SUB_DIGITS: Final = 5
MAX_USER_RECORDS: Final = 10**SUB_DIGITS
"""More of them in one megabyte are no quotes."""


@dataclass(frozen=True, slots=True)
class UserRecord:
    """What a producer put, taken out of the Kinesis record that carried it.

    Attributes:
        position: sequence number and place inside the record, padded, so that positions of a shard compare as text.
        partition_key: the producer's key.
        data: the producer's bytes.
    """

    position: str
    partition_key: str
    data: bytes


def position_of(sequence_number: str, sub_sequence: int = 0) -> str:
    """Where a user record stands in its shard.

    >>> position_of("17", 3)[-8:]
    '17:00003'
    """
    return f"{sequence_number:0>{SEQUENCE_DIGITS}}:{sub_sequence:0{SUB_DIGITS}}"


def deaggregate(sequence_number: str, partition_key: str, data: bytes) -> list[UserRecord]:
    """The user records of one Kinesis record, in order; a record that is not aggregated is its own.

    Raises:
        InvalidQuote: with reason `corrupt_aggregate`, when the record begins as an aggregate and is not a sound one.
    """
    if not data.startswith(MAGIC):
        return [UserRecord(position_of(sequence_number), partition_key, data)]
    body, digest = data[len(MAGIC) : -DIGEST_BYTES], data[-DIGEST_BYTES:]
    if len(data) <= len(MAGIC) + DIGEST_BYTES:
        raise _corrupt(f"{len(data)} bytes are too few for an aggregate")
    if hashlib.md5(body, usedforsecurity=False).digest() != digest:
        raise _corrupt("the MD5 does not fit")
    library = _library()
    aggregate = library.messages.AggregatedRecord()
    try:
        aggregate.ParseFromString(body)
    except library.DecodeError as error:
        raise _corrupt("the content is not the protobuf of an aggregate") from error
    if not aggregate.IsInitialized():
        raise _corrupt("a required field is missing")
    keys, hash_keys, records = aggregate.partition_key_table, aggregate.explicit_hash_key_table, aggregate.records
    if not all(isinstance(key, str) for key in keys):  # Bytes that are not UTF-8 come as bytes.
        raise _corrupt("a partition key is not text")
    if not 0 < len(records) <= MAX_USER_RECORDS:
        raise _corrupt(f"{len(records)} user records are in it")
    for number, record in enumerate(records):
        if record.partition_key_index >= len(keys):
            raise _corrupt(f"user record {number} has a partition key that is not in the table")
        if record.HasField("explicit_hash_key_index") and record.explicit_hash_key_index >= len(hash_keys):
            raise _corrupt(f"user record {number} has a hash key that is not in the table")
    return [
        UserRecord(position_of(sequence_number, number), keys[record.partition_key_index], record.data)
        for number, record in enumerate(records)
    ]


def aggregate(partition_key: str, payloads: Iterable[bytes], *, max_bytes: int) -> Iterator[bytes]:
    """User records of one key, packed in order into Kinesis records of at most `max_bytes`.

    Raises:
        ValueError: one payload alone is larger.
    """
    packer = _library().aggregator.RecordAggregator(max_bytes)
    for payload in payloads:
        if full := packer.add_user_record(partition_key, payload):
            yield full.get_contents()[2]
    if last := packer.clear_and_get():
        yield last.get_contents()[2]


def _corrupt(detail: str) -> InvalidQuote:
    return InvalidQuote(Rejection.CORRUPT_AGGREGATE, detail)


class _Library(NamedTuple):
    aggregator: Any
    messages: Any
    DecodeError: type[Exception]


@cache
def _library() -> _Library:
    """aws_kinesis_agg, without the two folders that it leaves at the front of `sys.path` when it is imported."""
    path = sys.path.copy()
    try:
        from aws_kinesis_agg import aggregator, messages_pb2
        from google.protobuf.message import DecodeError
    finally:
        sys.path[:] = path
    return _Library(aggregator, messages_pb2, DecodeError)
