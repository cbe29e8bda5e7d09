"""MiniStack's own Python environment: it pins botocore, so it cannot live in ours.

The versions and hashes are those of `requirements/uv.lock`. boto3 is in it too, because MiniStack runs the Lambda
functions on this interpreter, and every Lambda runtime of AWS brings boto3.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import LaptopCloudError
from local.home import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
ENVIRONMENT = ROOT / ".local" / "ministack-venv"
"""One for all clouds of this repository."""

_STAMP = "divisa.synced"


def python(*, say: Callable[[str], None] = lambda _: None, environment: Path = ENVIRONMENT) -> Path:
    """The interpreter that has MiniStack; its environment is made, or brought up to the lock, where it is not.

    Args:
        say: told in one line what takes its time.
        environment: the folder of the environment.

    Raises:
        LaptopCloudError: the packages cannot be had, for example because the network is away.
    """
    interpreter = environment / "bin" / "python"
    stamp = environment / _STAMP
    wanted = _fingerprint()
    environment.parent.mkdir(parents=True, exist_ok=True)
    with environment.with_suffix(".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (interpreter.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == wanted):
            say("Getting MiniStack (once; some seconds)")
            _sync(environment)
            stamp.write_text(wanted, encoding="ascii")
    return interpreter


def _fingerprint() -> str:
    """Changes with the locked packages and with the interpreter that the environment was made from."""
    lock = REQUIREMENTS.joinpath("uv.lock").read_bytes()
    return hashlib.sha256(lock + f"{sys.base_prefix} {sys.version}".encode()).hexdigest()


def _sync(environment: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        raise LaptopCloudError("ministack", f"{uv} is missing; `make setup` brings it")
    options = ["--frozen", "--quiet", "--project", str(REQUIREMENTS), "--python", sys.executable]
    ours = {"UV_PROJECT_ENVIRONMENT": str(environment)}
    answer = subprocess.run(  # noqa: S603 - the command is our own
        [str(uv), "sync", *options],
        env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | ours,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        problem = "its packages cannot be installed; is the network there? uv says:"
        raise LaptopCloudError("ministack", f"{problem}\n{answer.stderr.strip()}")
