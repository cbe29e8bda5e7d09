"""The process of one run of a Glue job: started, waited for, stopped, and what it said.

MiniStack's own interpreter runs this, so it imports nothing but Python's own library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INTERPRETER = "DIVISA_JOB_PYTHON"
"""The environment variable with the path of the interpreter that jobs run on."""

GLUE = Path(__file__).resolve().parent.parent / "glue"
FAILURE = "GLUE_FAILURE"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        state: SUCCEEDED, FAILED, TIMEOUT or STOPPED.
        error: why, in one line; empty where it succeeded or was stopped.
    """

    state: str
    error: str = ""


class JobProcess:
    """A script of a job that runs now, and every process that it starts.

    Args:
        script: the file of Python.
        arguments: what the script is given, names and values in turn.
        modules: archives and folders that it may import from, beside Glue's own library.
        folder: the run's own folder, where it works and its output goes.
        environ: AWS's part of its environment.
    """

    def __init__(
        self,
        script: Path,
        *,
        arguments: Sequence[str],
        modules: Sequence[Path],
        folder: Path,
        environ: Mapping[str, str],
    ) -> None:
        self._folder = folder
        self._stopped = False
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AWS_"))}
        path = os.pathsep.join(str(each) for each in (*modules, GLUE / "libraries"))
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter is ours; the script is whose job it is
                (os.environ.get(INTERPRETER, sys.executable), "-P", str(GLUE / "run.py"), str(script), *arguments),
                cwd=folder,
                env={
                    **inherited,
                    **environ,
                    "PYTHONPATH": path,
                    "PYTHONUNBUFFERED": "1",
                    "TZ": "UTC",
                    FAILURE: str(self._failure),
                },
                # Its end is what tells the script's process that nobody waits for it any more.
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    @property
    def output(self) -> Path:
        """What it wrote to its standard output."""
        return self._folder / "output.log"

    @property
    def errors(self) -> Path:
        """What it wrote to its standard error."""
        return self._folder / "error.log"

    @property
    def _failure(self) -> Path:
        return self._folder / "failure"

    def wait(self, seconds: float) -> Outcome:
        """Wait for its end; a run that takes longer than so many seconds is ended."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._end()
            return Outcome("TIMEOUT", "Job run exceeded its timeout")
        finally:
            if self._process.stdin is not None:
                self._process.stdin.close()
        if self._stopped:
            return Outcome("STOPPED")
        if code == 0:
            return Outcome("SUCCEEDED")
        if self._failure.exists():
            return Outcome("FAILED", self._failure.read_text(encoding="utf-8"))
        return Outcome("FAILED", f"Command failed with exit code {code}")

    def stop(self) -> None:
        """End it; whoever waits for it is told that it was stopped."""
        self._stopped = True
        self._end()

    def _end(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait()
