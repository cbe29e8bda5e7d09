"""Logged decisions in the files that Firehose put into the lake."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.adapters.wire.logged import logged_from_line
from divisa.domain.errors import InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from divisa.ports import Foreign, Logged

PREFIX: Final = "decisions/"
"""Of the lake's files of decisions; behind it the UTC day on which Firehose took them: `day=2024-01-10/`."""
_GZIP: Final = b"\x1f\x8b"


class S3Decisions:
    """`Decisions` in the lake's bucket, gzipped or not."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def all(self, containing: str = "") -> Iterator[Logged | Foreign]:
        """Every decision, the newest file first, of those with this text anywhere in them.

        Raises:
            InvalidInput: a line of a file is no decision; names the file and the line.
            StoreUnavailable: S3 does not answer.
        """
        wanted = containing.encode()
        for key in self._keys():
            for number, line in enumerate(self._lines(key), start=1):
                if wanted in line:
                    yield logged_from_line(line, f"{key}:{number}")

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
