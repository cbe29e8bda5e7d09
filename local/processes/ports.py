"""TCP ports on loopback, and who answers there."""

from __future__ import annotations

import socket
import urllib.request

LOOPBACK = "127.0.0.1"


def free_port(preferred: int | None = None) -> int:
    """A port of the loopback interface that nobody listens on.

    Args:
        preferred: taken where it is free, so that addresses survive a stop and a start.
    """
    if preferred is not None and _free(preferred):
        return preferred
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    """Whether a server answers a GET with 200.

    Raises:
        OSError: nobody listens, or the answer is an error.
    """
    with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - the caller's own http on loopback
        return bool(answer.status == 200)


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Servers set this too; without it a port that was just left counts as taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
