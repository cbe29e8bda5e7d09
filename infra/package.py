"""Packaging a stage: `python -m infra.package --stage prod`.

Makes the artifact and lets osls compile `serverless.yml` to CloudFormation, in `.build/package-<stage>`: without
credentials, and without a network once Node.js and the packages are there. What is unchanged is not made again.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import DivisaError, InvalidSetting
from infra import artifact, node
from infra.artifact import BUILD, ROOT
from infra.command import run
from infra.packages import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LOCAL = "local"
"""The laptop's stage."""
TEMPLATE = "cloudformation-template-update-stack.json"
"""The compiled template's name in a package folder."""
ARTIFACT = "divisa.zip"
"""The artifact's name in a package folder."""

_OSLS = ROOT / "node_modules/osls/bin/serverless.js"


def report_to_stderr(line: str) -> None:
    """Write a line of progress to the standard error."""
    sys.stderr.write(f"package: {line}\n")


def package(
    stage: str,
    python_version: str | None = None,
    *,
    parameters: Mapping[str, str] | None = None,
    destination: Path | None = None,
    report: Callable[[str], None] = report_to_stderr,
) -> Path:
    """Package a stage for deployment.

    Args:
        stage: `local`, `dev`, `prod` or another of your own; `local` is built for this machine, the others for AWS.
        python_version: the Python that will run the functions, such as `3.12`; None for the stage's usual one: this
            interpreter's own for `local`, Lambda's for the others.
        parameters: stage parameters of serverless.yml to override, such as `senderEmail` or `endpointInstance`.
        destination: the folder to fill; None for `.build/package-<stage>`.
        report: is told each step that takes time.

    Returns:
        The folder with the template (`TEMPLATE`) and the artifact (`ARTIFACT`).

    Raises:
        InvalidSetting: the stage's name cannot be part of a resource's name.
        PackagingError: a tool failed; carries the end of its output.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]{0,15}", stage):
        raise InvalidSetting("stage", "give 1 to 16 lower-case letters and digits, a letter first")
    usual = artifact.LAPTOP if stage == LOCAL else artifact.AWS
    target = Target(python_version or usual.python_version, usual.platform)
    folder = destination or BUILD / f"package-{stage}"
    overrides = [f"--param={name}={value}" for name, value in sorted((parameters or {}).items())]
    with _one_at_a_time():
        report(f"{stage}: building the artifact for Python {target.python_version}")
        code = artifact.build(target, BUILD / stage / ARTIFACT)
        inputs = _inputs(stage, overrides)
        stamp = folder / "inputs.sha256"
        if not stamp.exists() or stamp.read_text() != inputs:
            _compile(stage, folder, overrides, report)
            stamp.write_text(inputs)
        shutil.copyfile(code, folder / ARTIFACT)
    return folder


def sources() -> tuple[Path, ...]:
    """The files that a template is compiled from."""
    written = (ROOT / "infra").glob("*.yml")
    made = (path for ending in ("cjs", "json") for path in (ROOT / "infra").glob(f"*/*.{ending}"))
    return (ROOT / "serverless.yml", *sorted(written), *sorted(made))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold off every other process that packages here: they share the tools and the folders."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "package.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _inputs(stage: str, overrides: list[str]) -> str:
    digest = hashlib.sha256("\n".join((stage, *overrides)).encode())
    for path in (ROOT / "package-lock.json", *sources()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _compile(stage: str, folder: Path, overrides: list[str], report: Callable[[str], None]) -> None:
    tools = node.find(BUILD, report)
    # No credentials and no profile: what is packaged depends on the repository alone.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SLS_"))}
    env["PATH"] = os.pathsep.join((str(Path(tools.node).parent), env.get("PATH", "")))
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules/.package-lock.sha256"
    if not _OSLS.exists() or not stamp.exists() or stamp.read_text() != lock:
        report("installing osls (npm ci, once)")
        install = [*tools.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run("npm ci", install, cwd=ROOT, env=env)
        stamp.write_text(lock)
    report(f"{stage}: compiling serverless.yml")
    shutil.rmtree(folder, ignore_errors=True)
    run(
        "osls package",
        [tools.node, _OSLS, "package", "--stage", stage, "--package", folder, *overrides],
        cwd=ROOT,
        env=env,
    )


def main() -> int:
    """Run the command line; the package folder goes to the standard output."""
    parser = argparse.ArgumentParser(prog="python -m infra.package", description="Package a stage for deployment.")
    parser.add_argument("--stage", default=LOCAL, help="local (default), dev, prod or one of your own")
    parser.add_argument("--python-version", help="Python of the functions; default: the stage's own")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="override a stage parameter")
    options = parser.parse_args()
    parameters = dict(item.partition("=")[::2] for item in options.param)
    try:
        folder = package(options.stage, options.python_version, parameters=parameters)
    except DivisaError as error:
        report_to_stderr(str(error))
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
