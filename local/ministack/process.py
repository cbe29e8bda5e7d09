"""MiniStack as a part of the laptop cloud."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from local.addresses import ACCOUNT_ID, REGION, Addresses, without_aws
from local.ministack.job_process import INTERPRETER
from local.processes.part import Part
from local.processes.ports import LOOPBACK, answers

NAME = "ministack"
LAUNCH = Path(__file__).with_name("launch.py")


def endpoint_url(port: int) -> str:
    """Where a MiniStack on this port answers."""
    return f"http://{LOOPBACK}:{port}"


def part(*, interpreter: Path, home: Path, port: int) -> Part:
    """MiniStack on a port of loopback, with its data under `home`; what it holds survives a stop and a start.

    The Lambda functions that it runs inherit its environment, so nothing of the caller's own AWS settings is in it.

    Args:
        interpreter: the Python that has MiniStack.
        home: the folder for its data.
        port: where it listens.
    """
    # It tells the functions its own address, unless one is set.
    clients = {key: value for key, value in Addresses("").environ().items() if key != "AWS_ENDPOINT_URL"}
    scratch = home / "tmp"
    # What Python compiles of the functions is kept for the next start of one.
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environ = {
        **without_aws(inherited),
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
        INTERPRETER: sys.executable,
        "OMP_NUM_THREADS": "1",
    }

    def prepare() -> None:
        # The code of functions is unpacked here at every start, and never cleared by MiniStack.
        shutil.rmtree(scratch, ignore_errors=True)
        for folder in (scratch, home / "state", home / "s3"):
            folder.mkdir(parents=True, exist_ok=True)

    return Part(
        name=NAME,
        # -P: the folder that it is started in must not shadow its packages, nor those of the functions.
        command=(str(interpreter), "-P", str(LAUNCH)),
        environ=environ,
        ready=lambda: answers(f"{endpoint_url(port)}/_ministack/ready"),
        port=port,
        prepare=prepare,
    )
