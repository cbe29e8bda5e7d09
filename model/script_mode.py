"""SageMaker's script mode on this machine: a program of its own with what the managed image would tell it.

input/data/<channel>   SM_CHANNEL_<CHANNEL>
model                  SM_MODEL_DIR: becomes model.tar.gz
output/data            SM_OUTPUT_DATA_DIR: becomes output.tar.gz
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHANNELS, MODEL, OUTPUT = "input/data", "model", "output/data"
"""Folders below `/opt/ml`, or wherever that lies."""
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS")


def command(program: Path, hyper_parameters: Mapping[str, str]) -> list[str]:
    """What is started: this interpreter on a program, with its hyper-parameters as arguments."""
    return [sys.executable, str(program), *(f"--{name}={value}" for name, value in hyper_parameters.items())]


def environ(root: Path, code: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The program's whole environment.

    Args:
        root: what stands for `/opt/ml`; its channels are there.
        code: what the program imports from.
        given: variables that the job is told.
    """
    channels = sorted(path for path in (root / CHANNELS).iterdir() if path.is_dir())
    return {
        **jobs_environ(given),
        "PYTHONPATH": str(code),
        **{f"SM_CHANNEL_{path.name.upper()}": str(path) for path in channels},
        "SM_MODEL_DIR": str(root / MODEL),
        "SM_OUTPUT_DATA_DIR": str(root / OUTPUT),
    }


def jobs_environ(given: Mapping[str, str]) -> dict[str, str]:
    """What any job finds in its environment: little of ours, and what it is told."""
    return {**{name: os.environ[name] for name in _PASSED_ON if name in os.environ}, **given}
