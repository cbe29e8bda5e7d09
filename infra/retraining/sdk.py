"""The SageMaker SDK in an environment of its own, and what it builds there: the pipeline's definition.

The SDK brings 730 MB that nothing else needs, so `make setup` leaves it out. Its versions and hashes are those of the
group `pipeline` in `uv.lock`; deleting `.build` removes it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from uv import find_uv_bin

from infra.artifact import BUILD, ROOT
from infra.command import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENVIRONMENT = BUILD / "pipeline"
DEFINITION = ROOT / "infra" / "retraining" / "pipeline.json"
"""The committed definition."""
_SETTINGS = """\
SchemaVersion: "1.0"
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


def write_definition(path: Path = DEFINITION, *, report: Callable[[str], None] = lambda _: None) -> None:
    """Build the definition and write it to a file. The same code and lock file give the same bytes.

    Args:
        path: the file.
        report: is told each step that takes time.

    Raises:
        PackagingError: the SDK could not be fetched, or refused the pipeline; carries the end of what it said.
    """
    report("getting the SageMaker SDK (730 MB once; then nothing)")
    interpreter = _environment()
    settings = ENVIRONMENT / "sagemaker.yaml"
    settings.write_text(_SETTINGS, encoding="utf-8")
    report("building the pipeline's definition (half a minute: the SDK is large)")
    env = {
        **{name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ},
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(settings),
        "SAGEMAKER_VALIDATE_ROLE": "false",
        # moto answers; so that nothing else is asked, not even for credentials.
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    run("sagemaker", [interpreter, "-m", "infra.retraining.definition", path.resolve()], cwd=ROOT, env=env)


def _environment() -> Path:
    sync = [find_uv_bin(), "sync", "--frozen", "--quiet", "--only-group", "pipeline", "--no-install-project"]
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    run(
        "uv sync",
        [*sync, "--python", sys.executable],
        cwd=ROOT,
        env={**env, "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT)},
    )
    return ENVIRONMENT / "bin" / "python"
