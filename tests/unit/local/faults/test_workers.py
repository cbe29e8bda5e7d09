"""The process at the other end of a connection is found and killed, if it is a worker of the function, and no other."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.faults.workers import kill_caller

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="processes are looked up in /proc")

CONNECT = (
    "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); s.sendall(b'x'); s.recv(1)"
)


@pytest.fixture
def connected() -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """A worker of the function `mine` that holds a connection: it, its port, ours."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        worker = subprocess.Popen(
            [sys.executable, "-c", CONNECT, str(port)], env={**os.environ, "AWS_LAMBDA_FUNCTION_NAME": "mine"}
        )
        connection, (_, caller_port) = server.accept()
        with connection:
            connection.recv(1)
            yield worker, caller_port, port
        worker.wait()


def test_the_worker_at_the_other_end_is_killed(connected: tuple[subprocess.Popen[bytes], int, int]) -> None:
    worker, caller_port, port = connected
    assert kill_caller("mine", caller_port, port)
    assert worker.wait() == -signal.SIGKILL


def test_who_works_for_another_function_or_is_not_connected_lives(
    connected: tuple[subprocess.Popen[bytes], int, int],
) -> None:
    worker, caller_port, port = connected
    assert not kill_caller("another", caller_port, port)
    assert not kill_caller("mine", port, caller_port + 1)
    assert worker.poll() is None
