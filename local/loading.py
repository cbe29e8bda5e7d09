"""The code of the lake's jobs on the laptop: where the stack says that it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import boto3

from infra.artifact import BUILD
from infra.loading.code import FILES, build

if TYPE_CHECKING:
    from local.addresses import Addresses

FOLDER: Final = "code/local"
"""What the stage's `lakeCode` names."""


def publish(addresses: Addresses, bucket: str) -> None:
    """Put the jobs' code into the lake.

    Args:
        addresses: the running laptop cloud.
        bucket: of the lake.
    """
    folder = build(BUILD / "loading")
    s3 = boto3.client("s3", **addresses.client_settings("s3"))
    try:
        for name in FILES:
            s3.upload_file(str(folder / name), bucket, f"{FOLDER}/{name}")
    finally:
        s3.close()
