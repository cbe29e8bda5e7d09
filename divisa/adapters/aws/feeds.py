"""The landing zone in S3: one object a file, whose key has its content's hash."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable
from divisa.ports import Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from divisa.domain.feed import FeedFile
    from divisa.ports import Clock

LIFETIME: Final = timedelta(minutes=15)
"""How long somebody may take to begin the upload of a file: a gigabyte takes minutes, and S3 looks at its beginning."""
MEDIA_TYPE: Final = "text/csv"
_EXISTS: Final = {"PreconditionFailed", "412"}


class S3Feeds:
    """`Feeds` in one bucket."""

    def __init__(self, client: S3Client, bucket: str, wall: Clock) -> None:
        """Land files in `bucket`; the client signs by version 4, `wall` is the time of day."""
        self._client = client
        self._bucket = bucket
        self._wall = wall

    def put(self, file: FeedFile, content: bytes) -> None:
        """Keep a file, unless it is there; S3 checks that it arrived whole.

        Raises:
            StoreUnavailable: it was not kept; putting it again is safe.
        """
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=file.key,
                Body=content,
                ContentType=MEDIA_TYPE,
                ChecksumSHA256=_base64(file.sha256),
                IfNoneMatch="*",
            )
        except AWS_ERRORS as error:
            if code_of(error) not in _EXISTS:
                raise _unavailable(error) from error

    def permit(self, file: FeedFile) -> Upload:
        """Permit somebody to hand in a file, by a form that S3 takes for this key, size and hash only.

        Raises:
            StoreUnavailable: there are no credentials to sign with.
        """
        fixed = {
            "Content-Type": MEDIA_TYPE,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": _base64(file.sha256),
        }
        expires_at = self._wall.later(LIFETIME)
        try:
            signed = self._client.generate_presigned_post(
                self._bucket,
                file.key,
                Fields=dict(fixed),
                Conditions=[
                    *({name: value} for name, value in fixed.items()),
                    ["content-length-range", file.size, file.size],
                ],
                ExpiresIn=int(LIFETIME.total_seconds()),
            )
        except AWS_ERRORS as error:
            raise _unavailable(error) from error
        return Upload(signed["url"], dict(signed["fields"]), expires_at)


def _base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def _unavailable(error: Any) -> StoreUnavailable:
    return StoreUnavailable(f"the landing zone: {code_of(error)}")
