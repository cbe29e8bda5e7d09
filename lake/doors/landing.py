"""The folder of the lake's bucket where what was fetched lands, and what is remembered of each source."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable
from divisa.domain.feed import LANDING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from botocore.exceptions import BotoCoreError, ClientError
    from mypy_boto3_s3 import S3Client

    from lake.doors.download import Downloaded
    from lake.doors.sources import Source

REMEMBERED: Final = "doors/pull/"
BEGUN: Final = "doors/begun/"
"""An empty object a source: S3 knows when it was put there, which is when the source was begun with last."""
_EXISTS: Final = {"PreconditionFailed", "412"}
_MISSING: Final = {"NoSuchKey", "404"}


class _Memory(msgspec.Struct, frozen=True):
    """What is remembered of a source: the version that landed last, of which address (its SHA-256)."""

    address: str
    etag: str


class Landing:
    """The landing zone of one bucket, for files that are fetched."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def longest_ago_first(self, sources: Iterable[Source]) -> list[Source]:
        """Sources in the order in which they were begun with last, those first that never were.

        Raises:
            StoreUnavailable: the bucket did not answer.
        """
        begun: dict[str, datetime] = {}
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=BEGUN)
            for listed in (listed for page in pages for listed in page.get("Contents", [])):
                begun[listed["Key"].removeprefix(BEGUN)] = listed["LastModified"]
        except AWS_ERRORS as error:
            raise _unavailable(error) from error
        # Times of S3 are whole seconds; within one the order of the list stays.
        return sorted(sources, key=lambda each: begun[each.name].timestamp() if each.name in begun else 0.0)

    def begin(self, source: Source) -> None:
        """Remember that a source is begun with, whatever becomes of it.

        Raises:
            StoreUnavailable: it was not.
        """
        try:
            self._client.put_object(Bucket=self._bucket, Key=f"{BEGUN}{source.name}", Body=b"")
        except AWS_ERRORS as error:
            raise _unavailable(error) from error

    def known_etag(self, source: Source) -> str:
        """The version of a source that landed last; empty if none has, or if the source had another address then.

        Raises:
            StoreUnavailable: the bucket did not answer.
        """
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=_memory_key(source))
            memory = msgspec.json.decode(found["Body"].read(), type=_Memory)
        except msgspec.MsgspecError:
            return ""  # It is fetched once more, and lands nowhere anew.
        except AWS_ERRORS as error:
            if code_of(error) in _MISSING:
                return ""
            raise _unavailable(error) from error
        return memory.etag if memory.address == _address_of(source) else ""

    def put(self, source: Source, file: Path, downloaded: Downloaded) -> bool:
        """Keep a file, unless the same content is there; S3 checks that it arrived whole.

        Returns:
            Whether it is new.

        Raises:
            StoreUnavailable: it was not kept; putting it again is safe.
        """
        try:
            with file.open("rb") as content:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key_of(source, downloaded.sha256),
                    Body=content,
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(downloaded.sha256)).decode(),
                    IfNoneMatch="*",
                )
        except AWS_ERRORS as error:
            if code_of(error) not in _EXISTS:
                raise _unavailable(error) from error
            return False
        return True

    def remember(self, source: Source, etag: str) -> None:
        """Remember which version landed, once it has.

        Raises:
            StoreUnavailable: it was not; then it is fetched again, and lands nowhere anew.
        """
        memory = msgspec.json.encode(_Memory(_address_of(source), etag))
        try:
            self._client.put_object(Bucket=self._bucket, Key=_memory_key(source), Body=memory)
        except AWS_ERRORS as error:
            raise _unavailable(error) from error


def key_of(source: Source, sha256: str) -> str:
    """Where a source's content lands: the same content at the same place."""
    return f"{LANDING}{source.dataset}/pull/{sha256}/{source.name}{source.form}"


def _memory_key(source: Source) -> str:
    return f"{REMEMBERED}{source.name}.json"


def _address_of(source: Source) -> str:
    return hashlib.sha256(f"{source.dataset} {source.url}".encode()).hexdigest()


def _unavailable(error: BotoCoreError | ClientError) -> StoreUnavailable:
    return StoreUnavailable(f"the landing zone: {code_of(error)}")
