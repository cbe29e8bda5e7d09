"""What a part that was killed has left behind: its children, known by a mark that they inherited.

Only on Linux; elsewhere children notice by themselves that their parent has gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from local.processes.identity import ProcessIdentity

_MARK = "DIVISA_PART"


def mark(home: Path, name: str) -> dict[str, str]:
    """The environment variable that tells the processes of this part from everybody else's."""
    return {_MARK: f"{home.resolve()}:{name}"}


def end_leftovers(home: Path, name: str) -> int:
    """End at once every process that carries the part's mark.

    Returns:
        How many there were.
    """
    wanted = "=".join(*mark(home, name).items()).encode()
    ended = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            identity = ProcessIdentity.of(int(folder.name))
            marked = wanted in folder.joinpath("environ").read_bytes().split(b"\0")
            if marked and identity is not None and identity.alive() and identity.pid != os.getpid():
                os.kill(identity.pid, signal.SIGKILL)
                ended += 1
    return ended
