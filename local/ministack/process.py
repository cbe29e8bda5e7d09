"""MiniStack as a part of the laptop cloud."""

from __future__ import annotations

import os
import shutil
import urllib.request
from typing import TYPE_CHECKING

from local.addresses import ACCOUNT_ID, REGION, Addresses, without_aws
from local.processes.part import Part
from local.processes.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

NAME = "ministack"


def part(*, interpreter: Path, home: Path, addresses: Addresses, port: int) -> Part:
    """MiniStack on a port of loopback, with its data under `home`; what it holds survives a stop and a start.

    Its environment is inherited by the Lambda functions that it runs: that is how they find the SageMaker endpoint
    plane, and why nothing of the caller's own AWS settings may be in it.

    Args:
        interpreter: the Python that has MiniStack.
        home: the folder for its data.
        addresses: the addresses of the cloud that it becomes part of.
        port: where it listens.
    """
    # Code of functions is unpacked here at every start, and never cleared by MiniStack.
    scratch = home / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    for folder in (scratch, home / "state", home / "s3"):
        folder.mkdir(parents=True, exist_ok=True)
    clients = {key: value for key, value in addresses.environ().items() if key != "AWS_ENDPOINT_URL"}
    environ = {
        **without_aws(dict(os.environ)),
        **clients,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home / "s3"),
        "TMPDIR": str(scratch),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "OMP_NUM_THREADS": "1",
    }
    return Part(
        name=NAME,
        # -P: the folder that it is started in must not shadow its packages, nor those of the functions.
        command=(str(interpreter), "-P", "-m", "ministack"),
        environ=environ,
        ready=lambda: _answers(f"{addresses.endpoint_url}/_ministack/ready"),
        port=port,
    )


def _answers(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - always http on loopback
        return bool(answer.status == 200)
