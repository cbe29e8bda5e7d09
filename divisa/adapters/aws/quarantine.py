"""The quarantine in S3: one JSON object an entry, `quotes/{reason}/{entry_id}.json`."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable
from divisa.ports import QuarantineEntry

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX: Final = "quotes/"
PARALLEL: Final = 8
"""Objects on their way at once: a batch of 500 bad events takes seconds, not the function's time limit."""


class _Document(msgspec.Struct, frozen=True):
    """The object's JSON; the payload is base64 in it."""

    entry_id: str
    reason: str
    detail: str
    payload: bytes
    position: str
    arrived_at: datetime


class S3Quarantine:
    """`Quarantine` in one bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_many(self, entries: Iterable[QuarantineEntry]) -> None:
        """Keep entries; the same entry again changes nothing.

        Raises:
            StoreUnavailable: some were not kept; putting all of them again is safe.
        """
        with ThreadPoolExecutor(PARALLEL) as pool:
            for _ in pool.map(self._put, entries):
                pass

    def all(self) -> Iterator[QuarantineEntry]:
        """Every entry there is, by reason and id.

        Raises:
            StoreUnavailable: S3 does not answer.
        """
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX)
            for page in pages:
                for listed in page.get("Contents", []):
                    yield self._get(listed["Key"])
        except AWS_ERRORS as error:
            raise _unavailable(error) from error

    def _put(self, entry: QuarantineEntry) -> None:
        document = _Document(
            entry.entry_id, entry.reason, entry.detail, entry.payload, entry.position, entry.arrived_at
        )
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{PREFIX}{entry.reason}/{entry.entry_id}.json",
                Body=msgspec.json.encode(document),
                ContentType="application/json",
            )
        except AWS_ERRORS as error:
            raise _unavailable(error) from error

    def _get(self, key: str) -> QuarantineEntry:
        body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        document = msgspec.json.decode(body, type=_Document)
        return QuarantineEntry(**msgspec.structs.asdict(document))


def _unavailable(error: Any) -> StoreUnavailable:
    return StoreUnavailable(f"the quarantine: {code_of(error)}")
