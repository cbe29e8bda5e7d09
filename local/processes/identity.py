"""Which process is ours: a pid together with the moment at which that process began.

A pid alone is reused by the system after its process has gone. The pair is not, so nothing that somebody else
started is ever signalled.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process of this machine, now or in the past.

    Attributes:
        pid: the system's number of the process.
        began: when it began, as an opaque text that only comparison for equality makes sense of.
    """

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """The process that has this pid now, or None where there is none (a zombie counts as none)."""
        _reap(pid)
        began = _began_linux(pid) if _PROC.joinpath("self/stat").exists() else _began_posix(pid)
        return None if began is None else cls(pid, began)

    def alive(self) -> bool:
        """Whether this very process still runs; False where the pid belongs to another one by now."""
        return ProcessIdentity.of(self.pid) == self

    def end(self, grace_seconds: float) -> bool:
        """End the process: SIGTERM, and SIGKILL after the grace.

        Returns:
            True where the process went by itself within the grace, or was gone already.
        """
        if not self.alive():
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        if self._gone_within(grace_seconds):
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._gone_within(grace_seconds)
        return False

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _began_linux(pid: int) -> str | None:
    try:
        stat = _PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8", errors="replace")
        boot = _PROC.joinpath("sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in brackets, may itself hold blanks and brackets; state and start time are fields 3 and 22.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def _began_posix(pid: int) -> str | None:
    answer = subprocess.run(  # noqa: S603 - fixed program, a number as its argument
        ["/bin/ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, began = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else began.strip()
