"""Python environments beside ours, for what cannot live in it: each is made once, of exactly what a lock file names."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from collections.abc import Callable

_STAMP = "divisa.synced"


@dataclass(frozen=True, slots=True)
class Environment:
    """One of them.

    Attributes:
        part: what it is for, as errors call it.
        requirements: the folder of its `pyproject.toml` and `uv.lock`.
        folder: where it lies, or will.
    """

    part: str
    requirements: Path
    folder: Path

    def python(self, saying: str, say: Callable[[str], None] = lambda _: None) -> Path:
        """Its interpreter; the environment is made, or brought up to the lock, where it is not.

        Args:
            saying: the line that tells what takes its time.
            say: told that line when something has to be done.

        Raises:
            LaptopCloudError: the packages cannot be had, for example because the network is away.
        """
        interpreter = self.folder / "bin" / "python"
        stamp = self.folder / _STAMP
        wanted = self._fingerprint()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.folder.with_suffix(".lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (interpreter.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == wanted):
                say(saying)
                self._sync()
                stamp.write_text(wanted, encoding="ascii")
        return interpreter

    def _fingerprint(self) -> str:
        """Changes with the locked packages and with the interpreter that the environment was made from."""
        lock = self.requirements.joinpath("uv.lock").read_bytes()
        return hashlib.sha256(lock + f"{sys.base_prefix} {sys.version}".encode()).hexdigest()

    def _sync(self) -> None:
        uv = Path(sys.executable).with_name("uv")
        if not uv.exists():
            raise LaptopCloudError(self.part, f"{uv} is missing; `make setup` brings it")
        options = ["--frozen", "--quiet", "--project", str(self.requirements), "--python", sys.executable]
        ours = {"UV_PROJECT_ENVIRONMENT": str(self.folder)}
        answer = subprocess.run(  # noqa: S603 - the command is our own
            [str(uv), "sync", *options],
            env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | ours,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            problem = "its packages cannot be installed; is the network there? uv says:"
            raise LaptopCloudError(self.part, f"{problem}\n{answer.stderr.strip()}")
