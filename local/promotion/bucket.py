"""Artefacts in the models bucket, under keys that say their content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import InvalidModel, StoreUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3.client import S3Client

_DIGITS = 16


def key_of(body: bytes) -> str:
    """Where an artefact lies: the start of its SHA-256, and the name that SageMaker wants.

    >>> key_of(b"")
    'e3b0c44298fc1c14/model.tar.gz'
    """
    return f"{hashlib.sha256(body).hexdigest()[:_DIGITS]}/model.tar.gz"


def upload(s3: S3Client, bucket: str, artefact: Path) -> str:
    """Put an artefact where the endpoint can read it; returns its key.

    Raises:
        InvalidModel: the artefact cannot be read.
        StoreUnavailable: the bucket does not take it.
    """
    try:
        body = artefact.read_bytes()
    except OSError as error:
        raise InvalidModel(f"the model {artefact} cannot be read: {error.strerror}") from error
    key = key_of(body)
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailable(f"{bucket}: {error}") from error
    return key


def download(s3: S3Client, bucket: str, key: str, artefact: Path) -> Path:
    """Fetch an artefact into a file, which is returned.

    Raises:
        StoreUnavailable: there is no such artefact, or the bucket does not answer.
        InvalidModel: it is another one than its key says.
    """
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailable(f"s3://{bucket}/{key}: {error}") from error
    folder = key.partition("/")[0]
    if len(folder) == _DIGITS and key != key_of(body):
        raise InvalidModel(f"s3://{bucket}/{key} is another artefact than its key says")
    artefact.parent.mkdir(parents=True, exist_ok=True)
    artefact.write_bytes(body)
    return artefact
