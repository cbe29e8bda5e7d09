"""Running an ASGI application on loopback until a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import TYPE_CHECKING

import uvicorn

from local.json_file import replace_json

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette

_GRACE_SECONDS = 1
_BACKLOG = 1024


def serve(app: Starlette, port: int, ready_file: Path | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is in flight within a second.

    Args:
        app: the application.
        port: port of 127.0.0.1; 0 takes a free one.
        ready_file: written once requests are answered, with process id and port; removed at the end.

    Raises:
        OSError: the port is taken.
    """
    # The protocol is named because asyncio turns off Nagle's delay (40 ms an answer) only where it sees TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    listener.listen(_BACKLOG)
    # uvicorn raises the signal again when it is done; by then there is nothing left that it should end.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS, timeout_keep_alive=60
    )
    server = uvicorn.Server(config)
    try:
        asyncio.run(_serve(server, listener, ready_file))
    finally:
        listener.close()
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)


async def _serve(server: uvicorn.Server, listener: socket.socket, ready_file: Path | None) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if ready_file is not None and not serving.done():
        ready_file.parent.mkdir(parents=True, exist_ok=True)
        replace_json(ready_file, {"pid": os.getpid(), "port": listener.getsockname()[1]})
    await serving
