"""Objects in an S3 bucket."""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import NotFound, StoreUnavailable
from lake.storage.objects import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

_MISSING: Final = {"NoSuchKey", "404", "NotFound"}
_OTHERWISE: Final = {"PreconditionFailed", "412", "ConditionalRequestConflict"}
"""There is another object than was thought."""


class S3Objects:
    """`Objects` in one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """Keep objects in `bucket`."""
        self._client = client
        self._bucket = bucket

    def uri(self, key: str) -> str:
        """The address of an object, such as `s3://lake/typed/a.parquet`."""
        return f"s3://{self._bucket}/{key}"

    def listed(self, prefix: str) -> Iterator[Stored]:
        """All objects whose key begins so."""
        with _answering(prefix):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for each in page.get("Contents", []):
                    yield Stored(each["Key"], each["Size"], each["LastModified"].astimezone(UTC), each["ETag"])

    def find(self, key: str) -> Stored | None:
        """The object, if there is one."""
        try:
            with _answering(key):
                head = self._client.head_object(Bucket=self._bucket, Key=key)
        except NotFound:
            return None
        return Stored(key, head["ContentLength"], head["LastModified"].astimezone(UTC), head["ETag"])

    def read(self, key: str) -> bytes:
        """What the object has."""
        with _answering(key), closing(self._client.get_object(Bucket=self._bucket, Key=key)["Body"]) as body:
            return body.read()

    def fetch(self, key: str, to: Path) -> None:
        """Copy the object by one request: several ranges could be of several versions of it."""
        with _answering(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            with closing(answer["Body"]) as body, to.open("wb") as file:
                shutil.copyfileobj(body, file, 1 << 20)
        if to.stat().st_size != answer["ContentLength"]:
            raise StoreUnavailable(f"the lake: {key} broke off")

    def put(self, key: str, content: bytes) -> None:
        """Write the object."""
        with _answering(key):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def put_new(self, key: str, content: bytes) -> bool:
        """Write the object, unless there is one."""
        return self.put_over(key, content, None)

    def put_over(self, key: str, content: bytes, tag: str | None) -> bool:
        """Write the object, if the one that is there has this tag."""
        try:
            if tag is None:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
            else:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=content, IfMatch=tag)
        except AWS_ERRORS as error:
            if code_of(error) in (_OTHERWISE if tag is None else _OTHERWISE | _MISSING):
                return False
            raise StoreUnavailable(f"the lake: {code_of(error)}") from error
        return True

    def put_file(self, key: str, file: Path) -> None:
        """Write the object, in parts where it is large."""
        with _answering(key):
            self._client.upload_file(str(file), self._bucket, key)

    def remove(self, key: str) -> None:
        """Delete the object."""
        with _answering(key):
            self._client.delete_object(Bucket=self._bucket, Key=key)


@contextmanager
def _answering(key: str) -> Iterator[None]:
    """Say AWS's errors about an object in our words."""
    try:
        yield
    except AWS_ERRORS as error:
        if code_of(error) in _MISSING:
            raise NotFound(key) from error
        raise StoreUnavailable(f"the lake: {code_of(error)}") from error
