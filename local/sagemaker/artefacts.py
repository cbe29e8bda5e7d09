"""Fetching a model artefact and unpacking it where its container reads it."""

from __future__ import annotations

import shutil
import tarfile
import zlib
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.sagemaker.errors import DeploymentFailed

if TYPE_CHECKING:
    from pathlib import Path


def unpack(model_data: str, folder: Path) -> None:
    """Make `folder` hold what is in a model.tar.gz. What was there before is replaced.

    Args:
        model_data: `s3://bucket/key` (read through the environment's AWS settings) or `file:///path`.
        folder: the container's model folder; its parent is made when missing.

    Raises:
        DeploymentFailed: the artefact cannot be read, or is not a tar.gz with safe member names.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    archive = folder.with_suffix(".tar.gz")
    try:
        _fetch(model_data, archive)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, zlib.error) as cause:
        raise DeploymentFailed(f"Model data at {model_data} is not a usable model.tar.gz: {cause}") from cause
    except (OSError, BotoCoreError, ClientError) as cause:
        raise DeploymentFailed(f"Could not access model data at {model_data}: {cause}") from cause
    finally:
        archive.unlink(missing_ok=True)


def _fetch(model_data: str, archive: Path) -> None:
    address = urlsplit(model_data)
    if address.scheme == "s3":
        client = boto3.client("s3")
        try:
            client.download_file(address.netloc, address.path.lstrip("/"), str(archive))
        finally:
            client.close()
    else:
        shutil.copyfile(unquote(address.path), archive)
