"""The process at the other end of a connection, found in /proc (Linux), and its end."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import Final

_ESTABLISHED: Final = "01"
PROC: Final = Path("/proc")


def kill_caller(function: str, caller_port: int, our_port: int) -> bool:
    """Kill the worker of a function that holds a connection to us, as `kill -9` does; False when it is not found.

    Args:
        function: name of the function; no other process is ever killed.
        caller_port: TCP port of the connection at its side.
        our_port: TCP port of the connection at ours.
    """
    inode = _socket(caller_port, our_port)
    if inode is None:
        return False
    named = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
    for process in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if named in (process / "environ").read_bytes().split(b"\0") and _holds(process, inode):
                os.kill(int(process.name), signal.SIGKILL)
                return True
    return False


def _socket(local: int, remote: int) -> str | None:
    for line in (PROC / "net" / "tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, own, other, state, *_rest = fields = line.split()
        ports = (int(own.rpartition(":")[2], 16), int(other.rpartition(":")[2], 16))
        if ports == (local, remote) and state == _ESTABLISHED:
            return fields[9]
    return None


def _holds(process: Path, inode: str) -> bool:
    for descriptor in (process / "fd").iterdir():
        with contextlib.suppress(OSError):
            if str(descriptor.readlink()) == f"socket:[{inode}]":
                return True
    return False
