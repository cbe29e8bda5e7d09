"""Decisions on their way to the lake through Firehose, and in its files."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.adapters.aws.sending import send_all
from divisa.adapters.wire.decision import decision_from_json, decision_to_json
from divisa.domain.errors import InvalidInput, StoreUnavailable, StreamUnavailable
from divisa.ports import Logged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import RecordTypeDef
    from mypy_boto3_s3 import S3Client

    from divisa.domain.decision import DecisionRecord

MAX_RECORD_BYTES: Final = 500_000
"""Lines travel many in a record, since Firehose bills each record as 5 KB or more; it takes 1,000 KiB."""
MAX_REQUEST_BYTES: Final = 4_000_000
MAX_REQUEST_RECORDS: Final = 500
"""Limits of PutRecordBatch."""
PREFIX: Final = "decisions/"
"""Of the lake's files of decisions; behind it the UTC day on which Firehose took them: `day=2024-01-10/`."""
_GZIP: Final = b"\x1f\x8b"


class FirehoseDecisionLog:
    """A `DecisionLog` on one delivery stream, a line of JSON a decision."""

    def __init__(self, client: FirehoseClient, stream_name: str, *, backoff: Backoff | None = None) -> None:
        """The client itself must not retry. Tries are few, since a price waits for whoever decides about it."""
        self._client = client
        self._stream_name = stream_name
        self._backoff = backoff or Backoff(attempts=2, base=0.1)

    def write(self, records: Sequence[DecisionRecord]) -> None:
        """Append records.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """
        for request in _requests(_packed(decision_to_json(record) + b"\n" for record in records)):
            send_all(request, self._put, self._backoff, _given_up)

    def _put(self, entries: list[RecordTypeDef]) -> Iterator[tuple[RecordTypeDef, str | None]]:
        answer = self._client.put_record_batch(DeliveryStreamName=self._stream_name, Records=entries)
        return ((e, r.get("ErrorCode")) for e, r in zip(entries, answer["RequestResponses"], strict=True))


class S3Decisions:
    """`Decisions` in the lake's bucket, gzipped or not."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def all(self, containing: str = "") -> Iterator[Logged]:
        """Every decision, the newest file first, of those with this text anywhere in them.

        Raises:
            InvalidInput: a line of a file is none of this version of the code; names the file and the line.
            StoreUnavailable: S3 does not answer.
        """
        wanted = containing.encode()
        for key in self._keys():
            for number, line in enumerate(self._lines(key), start=1):
                if wanted in line:
                    try:
                        yield Logged(decision_from_json(line), line)
                    except InvalidInput as error:
                        raise InvalidInput(f"{key}:{number}: {error}") from error

    def _keys(self) -> list[str]:
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX)
            return sorted((listed["Key"] for page in pages for listed in page.get("Contents", [])), reverse=True)
        except AWS_ERRORS as error:
            raise StoreUnavailable(f"the decisions in the lake: {code_of(error)}") from error

    def _lines(self, key: str) -> list[bytes]:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except AWS_ERRORS as error:
            raise StoreUnavailable(f"{key}: {code_of(error)}") from error
        try:
            return lines_of(body)
        except InvalidInput as error:
            raise InvalidInput(f"{key}: {error}") from error


def lines_of(body: bytes) -> list[bytes]:
    """The lines of a file of decisions, gzipped or not.

    Raises:
        InvalidInput: it is no gzip file, although it begins as one.
    """
    try:
        return (gzip.decompress(body) if body.startswith(_GZIP) else body).splitlines()
    except (EOFError, OSError, zlib.error) as error:
        raise InvalidInput("is no gzip file, although it begins as one") from error


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines joined to records of at most MAX_RECORD_BYTES; a longer line is a record of its own."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) > MAX_RECORD_BYTES:
            yield b"".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield b"".join(held)


def _requests(records: Iterable[bytes]) -> Iterator[list[RecordTypeDef]]:
    """Records in as few requests as take them."""
    entries: list[RecordTypeDef] = []
    size = 0
    for record in records:
        if entries and (size + len(record) > MAX_REQUEST_BYTES or len(entries) == MAX_REQUEST_RECORDS):
            yield entries
            entries, size = [], 0
        entries.append({"Data": record})
        size += len(record)
    if entries:
        yield entries


def _given_up(left: int, code: str) -> StreamUnavailable:
    return StreamUnavailable(f"{left} records of decisions were refused after every retry: {code}")
