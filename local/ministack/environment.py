"""MiniStack's own Python environment: it pins botocore, so it cannot live in ours.

The versions and hashes are those of `requirements/uv.lock`. boto3 is in it too, because MiniStack runs the Lambda
functions on this interpreter, and every Lambda runtime of AWS brings boto3.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from local.environments import Environment
from local.home import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
ENVIRONMENT = ROOT / ".local" / "ministack-venv"
"""One for all clouds of this repository."""


def python(*, say: Callable[[str], None] = lambda _: None, environment: Path = ENVIRONMENT) -> Path:
    """The interpreter that has MiniStack; its environment is made, or brought up to the lock, where it is not.

    Args:
        say: told in one line what takes its time.
        environment: the folder of the environment.

    Raises:
        LaptopCloudError: the packages cannot be had, for example because the network is away.
    """
    its = Environment("ministack", REQUIREMENTS, environment)
    return its.python("Getting MiniStack (once; some seconds)", say)
