"""SageMaker's script mode on this machine: how the managed image starts a program, and what it tells it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS")
"""What a job sees of our environment."""


def command(program: Path, hyper_parameters: Mapping[str, str | int | float]) -> list[str]:
    """What is started: this interpreter on a program, with its hyper-parameters as arguments."""
    given = (f"--{name.replace('_', '-')}={value}" for name, value in hyper_parameters.items())
    return [sys.executable, str(program), *given]


def environ(
    code: Path, channels: Mapping[str, Path], model: Path, output: Path, given: Mapping[str, str]
) -> dict[str, str]:
    """The program's whole environment.

    Args:
        code: the folder that it imports from.
        channels: by name, the folders that it reads.
        model: the folder that becomes model.tar.gz.
        output: the folder that becomes output.tar.gz.
        given: variables that the job is told.
    """
    return {
        **jobs_environ(given),
        "PYTHONPATH": str(code),
        **{f"SM_CHANNEL_{name.upper()}": str(folder) for name, folder in channels.items()},
        "SM_MODEL_DIR": str(model),
        "SM_OUTPUT_DATA_DIR": str(output),
    }


def jobs_environ(given: Mapping[str, str]) -> dict[str, str]:
    """What any job finds in its environment: little of ours, and what it is told."""
    return {**{name: os.environ[name] for name in _PASSED_ON if name in os.environ}, **given}
