"""Running a build tool so that its failure can be read."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from divisa.domain.errors import PackagingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TAIL_LINES = 25  # Enough for a resolver's explanation, short enough for a terminal.


def run(tool: str, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a build tool to its end, silently.

    Args:
        tool: the name to blame.
        command: the program and its arguments; no shell is involved.
        cwd: where it runs.
        env: its whole environment; None hands on this process's.

    Returns:
        What it wrote to its standard output.

    Raises:
        PackagingError: it could not be started or ended with an error; carries the end of what it wrote.
    """
    try:
        done = subprocess.run(  # noqa: S603  # Fixed programs, no shell, no outside input.
            [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise PackagingError(tool, f"could not be started: {error}") from error
    if done.returncode != 0:
        lines = f"{done.stdout}\n{done.stderr}".strip().splitlines()
        raise PackagingError(tool, f"ended with {done.returncode}:\n" + "\n".join(lines[-_TAIL_LINES:]))
    return done.stdout
