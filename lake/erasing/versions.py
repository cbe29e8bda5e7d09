"""Old versions of a bucket's objects, which a deletion or a rewrite leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_AT_ONCE: Final = 1000


class OldVersions:
    """What was replaced or deleted in one bucket, and the marks of deletion."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """Of `bucket`, whether it keeps versions or not."""
        self._client = client
        self._bucket = bucket

    def __call__(self, prefix: str) -> int:
        """Delete for good all that is not there any more under keys that begin so; tells how many versions that is.

        Raises:
            StoreUnavailable: S3 did not do it, or not all of it; doing it again is safe.
        """
        try:
            return sum(self._delete(some) for some in self._found(prefix))
        except AWS_ERRORS as error:
            raise StoreUnavailable(f"the lake: {code_of(error)}") from error

    def _found(self, prefix: str) -> list[list[ObjectIdentifierTypeDef]]:
        found: list[ObjectIdentifierTypeDef] = []
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            found += [
                {"Key": each["Key"], "VersionId": each["VersionId"]}
                for each in page.get("Versions", [])
                if not each["IsLatest"]
            ]
            found += [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in page.get("DeleteMarkers", [])]
        return [found[begin : begin + _AT_ONCE] for begin in range(0, len(found), _AT_ONCE)]

    def _delete(self, some: list[ObjectIdentifierTypeDef]) -> int:
        answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": some, "Quiet": True})
        if answer.get("Errors"):
            raise StoreUnavailable(f"the lake: {answer['Errors'][0].get('Code', 'unknown')}")
        return len(some)
