"""Markers for the lake in S3: one JSON object a person, `erasures/{pseudonym}.json`, which names nobody.

The lake holds rows under user ids. Whoever has the secret makes each id's pseudonym, and finds those that are marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

PREFIX: Final = "erasures/"
_THERE_ALREADY: Final = "PreconditionFailed"


class S3ErasureMarkers:
    """`ErasureMarkers` in one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, pseudonym: str, at: datetime) -> None:
        """Leave a marker; of several the first counts.

        Raises:
            StoreUnavailable: it was not kept.
        """
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{PREFIX}{pseudonym}.json",
                Body=msgspec.json.encode({"pseudonym": pseudonym, "erased_at": at}),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except AWS_ERRORS as error:
            if code_of(error) != _THERE_ALREADY:
                raise StoreUnavailable(f"the erasure's marker: {code_of(error)}") from error
