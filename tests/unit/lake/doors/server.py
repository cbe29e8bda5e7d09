"""A server of files on loopback that does to whoever asks what servers do."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """A request that has come."""

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer; `Content-Length` is that of the body unless it is given, and left out where it is empty."""
        told = {"Content-Length": str(len(body))} | {name.replace("_", "-"): text for name, text in headers.items()}
        self.send_response(status)
        for name, text in told.items():
            if text:
                self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        """Answer as the next of the path's answers does; the last one stays."""
        files: Files = self.server.files  # type: ignore[attr-defined]
        files.asked.append((self.command, self.path, dict(self.headers)))
        waiting = files.answers[self.path]
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(self)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class Files:
    """What the server has.

    Attributes:
        url: where it is.
        answers: by path, what each request gets in turn.
        asked: method, path and headers of each request.
    """

    url: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Files]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    files = server.files = Files(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield files
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
