"""The parts of the laptop cloud, in the order in which they start."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from local import postgres as database
from local.addresses import Addresses, without_aws
from local.ministack import process
from local.processes import Part
from local.processes.ports import LOOPBACK, answers

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL

POSTGRES = database.NAME
MINISTACK = process.NAME
SAGEMAKER = "sagemaker"
MAPPINGS = "mappings"
NAMES = (POSTGRES, MINISTACK, SAGEMAKER, MAPPINGS)


def addresses(*, ministack_port: int, sagemaker_port: int) -> Addresses:
    """Where the parts answer."""
    return Addresses(process.endpoint_url(ministack_port), f"http://{LOOPBACK}:{sagemaker_port}")


def postgres(home: Path, port: int) -> Part:
    """The databases beside the lake."""
    return database.part(home=home / POSTGRES, port=port)


def postgres_url(home: Path, port: int) -> URL:
    """Where SQLAlchemy finds them, once they were begun."""
    return database.url(home / POSTGRES, port)


def ministack(interpreter: Path, home: Path, port: int) -> Part:
    """AWS on loopback."""
    return process.part(interpreter=interpreter, home=home / MINISTACK, port=port)


def sagemaker(home: Path, cloud: Addresses, port: int) -> Part:
    """The SageMaker endpoint plane, control and runtime."""
    return Part(
        name=SAGEMAKER,
        command=(
            *(sys.executable, "-m", "local.sagemaker"),
            *("--port", str(port), "--state", str(home / SAGEMAKER)),
        ),
        environ=_environ(cloud),
        ready=lambda: answers(f"{cloud.sagemaker_url}/ping"),
        port=port,
    )


def mappings(home: Path, cloud: Addresses) -> Part:
    """The stream mappings: what carries records from streams to functions."""
    folder = home / MAPPINGS
    ready_file = folder / "ready.json"

    def prepare() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ready_file.unlink(missing_ok=True)

    return Part(
        name=MAPPINGS,
        command=(
            *(sys.executable, "-m", "local.mappings"),
            *("--state", str(folder), "--ready-file", str(ready_file)),
        ),
        environ=_environ(cloud),
        ready=lambda: bool(json.loads(ready_file.read_text(encoding="utf-8"))),
        prepare=prepare,
    )


def _environ(cloud: Addresses) -> dict[str, str]:
    return {**without_aws(dict(os.environ)), **cloud.environ(), "OMP_NUM_THREADS": "1"}
