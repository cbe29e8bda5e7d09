"""The packages that something carries, installed from `uv.lock` for the machine that will run them."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uv import find_uv_bin

from infra.command import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_DROPPED_FOLDERS = frozenset({"__pycache__", "bin", "docs", "include", "test", "tests"})
_DROPPED_SUFFIXES = frozenset({".a", ".c", ".h", ".pxd", ".pyc", ".pyi", ".pyx"})
_DROPPED_NAMES = frozenset({".lock", "INSTALLER", "RECORD", "REQUESTED", "uv_cache.json"})


@dataclass(frozen=True, slots=True)
class Target:
    """The interpreter that will run the packages.

    Attributes:
        python_version: such as `3.12`.
        platform: uv's name of the platform, or None for this machine's own.
    """

    python_version: str
    platform: str | None = None


def install(target: Target, folder: Path, *, root: Path, group: str | None = None, without: Iterable[str] = ()) -> None:
    """Install locked packages into a folder, from wheels, checked by their hashes.

    Args:
        target: the interpreter that they are for.
        folder: made where it is missing.
        root: the folder with `pyproject.toml` and `uv.lock`.
        group: the dependency group to take; None for the project's own dependencies.
        without: packages to leave out, because the machine has them.

    Raises:
        PackagingError: they could not be fetched; carries the end of uv's output.
    """
    uv = find_uv_bin()
    requirements = folder.with_suffix(".txt")
    exported = [uv, "export", "--frozen", "--quiet", "--no-emit-project", "--no-header"]
    exported += ["--no-default-groups"] if group is None else ["--only-group", group]
    exported += ["--output-file", str(requirements)]
    for name in without:
        exported += ["--no-emit-package", name]
    run("uv export", exported, cwd=root)
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--python", sys.executable]
    command += ["--require-hashes", "--requirement", str(requirements), "--target", str(folder)]
    command += ["--python-version", target.python_version]
    if target.platform is not None:
        command += ["--python-platform", target.platform]
    run("uv pip install", command, cwd=root)


def copy(folder: Path, to: Path) -> None:
    """Copy the files of a folder that running it needs."""
    for path in files_of(folder):
        into = to / path.relative_to(folder)
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, into)


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a folder that running it needs, in a fixed order: no tests, no headers, no compiled Python."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        dropped = (
            path.name in _DROPPED_NAMES
            or path.suffix in _DROPPED_SUFFIXES
            or not _DROPPED_FOLDERS.isdisjoint(inside.parts[:-1])
        )
        if path.is_file() and not dropped:
            yield path
