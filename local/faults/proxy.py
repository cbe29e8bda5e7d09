"""Between the functions and their services: hands requests on, but for those that meet a fault."""

from __future__ import annotations

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from local.faults.calls import Answer, conflicted, half_of, read_call, throttled
from local.faults.notified import notification_of
from local.faults.plan import KILLS, Fault
from local.faults.workers import kill_caller
from local.processes.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.faults.calls import Call
    from local.faults.plan import Plan
    from local.inbox import InboxMessage

HANG_SECONDS: Final = 11.0
"""Longer than any client of a function waits."""
LOOK_SECONDS: Final = 0.02
"""How often an address looks whether it is to end."""
_PATIENCE_SECONDS: Final = 60.0
_OURS: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})
_WITHOUT_EFFECT: Final = frozenset({Fault.KILL_BEFORE, Fault.RESET_BEFORE, Fault.HANG_BEFORE})


class FaultProxy:
    """One address a function and upstream, so that every request tells whose it is.

    Args:
        plan: says what befalls which request.
        kill: ends the function's worker at the other end of a connection: name, its port, ours; False if it was not
            found.
        hang_seconds: how long a request that hangs is kept.

    Attributes:
        notifications: those that SNS took, whether or not its answer came through.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        kill: Callable[[str, int, int], bool] = kill_caller,
        hang_seconds: float = HANG_SECONDS,
    ) -> None:
        self.plan, self.kill, self.hang_seconds = plan, kill, hang_seconds
        self.notifications: list[InboxMessage] = []
        self._servers: list[ThreadingHTTPServer] = []

    def address(self, function: str, upstream: str) -> str:
        """A URL that answers as `upstream` does, to this function."""
        server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self, function, upstream))
        server.daemon_threads = True
        self._servers.append(server)
        look, name = (LOOK_SECONDS,), f"faults {function}"
        threading.Thread(target=server.serve_forever, args=look, name=name, daemon=True).start()
        return f"http://{LOOPBACK}:{server.server_address[1]}"

    def close(self) -> None:
        """Answer nobody any more."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()


def _handler(proxy: FaultProxy, function: str, upstream: str) -> type[BaseHTTPRequestHandler]:
    there = urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            # Who was killed, or has lost patience, is not there to be answered.
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

        def do_GET(self) -> None:
            """Hand a request on, or not."""
            body = self._read()
            call = read_call(function, self.command, self.path, dict(self.headers.items()), body)
            answer = self._answer(call, body, proxy.plan.choose(call))
            if answer is None:
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_GET  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Write nothing."""

        def _answer(self, call: Call, body: bytes, fault: Fault | None) -> Answer | None:
            half = half_of(call, body) if fault is Fault.HALF else None
            if fault is Fault.HALF and half is None:
                fault = Fault.THROTTLE
            if fault is None:
                return self._forward(call, body)
            if half is not None:
                answer = self._forward(call, half.body)
                proxy.plan.record(fault, call)
                return Answer(answer.status, half.complete(answer.body), answer.headers)
            if fault in {Fault.THROTTLE, Fault.CONFLICT}:
                proxy.plan.record(fault, call)
                return throttled(call) if fault is Fault.THROTTLE else conflicted(body)
            before = fault in _WITHOUT_EFFECT
            if not before:
                self._forward(call, body)
            ports = (self.client_address[1], self.connection.getsockname()[1])
            if fault in KILLS and not proxy.kill(function, *ports):
                proxy.plan.put_back(fault, call)
                fault = Fault.RESET_BEFORE if before else Fault.RESET_AFTER
            proxy.plan.record(fault, call)
            if fault in {Fault.HANG_BEFORE, Fault.HANG_AFTER}:
                time.sleep(proxy.hang_seconds)
            return None

        def _read(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(chunks)

        def _forward(self, call: Call, body: bytes) -> Answer:
            connection = http.client.HTTPConnection(there.hostname or LOOPBACK, there.port, timeout=_PATIENCE_SECONDS)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OURS}
            headers.pop("Expect", None)
            try:
                connection.request(self.command, self.path, body=body, headers={**headers, "Host": there.netloc})
                response = connection.getresponse()
                kept = {name: value for name, value in response.getheaders() if name.lower() not in _OURS}
                answer = Answer(response.status, response.read(), kept)
            finally:
                connection.close()
            if (notification := notification_of(call, body, answer)) is not None:
                proxy.notifications.append(notification)
            return answer

    return Handler
