"""The proxy hands requests on unchanged, and does to the chosen ones what the plan says."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from local.faults.plan import Fault, Plan
from local.faults.proxy import LOOK_SECONDS, FaultProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.faults.calls import Call


class Always(Plan):
    """Every request meets the same fault."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__(1, 1)
        self.fault = fault

    def choose(self, call: Call) -> Fault | None:
        self.requests[call] += 1
        return self.fault


class Upstream(ThreadingHTTPServer):
    """Answers with what it was sent, and remembers it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, bytes]] = []
        super().__init__(("127.0.0.1", 0), _Echo)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Echo(BaseHTTPRequestHandler):
    server: Upstream

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers["Host"], body))
        self.send_response(202)
        self.send_header("X-Kept", "yes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever, args=(LOOK_SECONDS,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Proxied:
    def __init__(self, upstream: Upstream, fault: Fault | None, *, is_found: bool = True) -> None:
        self.killed: list[tuple[str, int, int]] = []
        self.is_found = is_found
        self.plan = Always(fault)
        self.proxy = FaultProxy(self.plan, kill=self._kill, hang_seconds=0.01)
        self.url = urlsplit(self.proxy.address("sms", upstream.url))

    def _kill(self, function: str, theirs: int, ours: int) -> bool:
        self.killed.append((function, theirs, ours))
        return self.is_found

    def ask(self, body: bytes = b"hello", *, chunked: bool = False) -> tuple[int, str | None, bytes] | None:
        """The answer; None when the connection is closed without one."""
        connection = http.client.HTTPConnection(self.url.hostname or "", self.url.port, timeout=5)
        try:
            sent = iter([body[:2], body[2:]]) if chunked else body
            connection.request("POST", "/there?x=1", body=sent, encode_chunked=chunked)
            response = connection.getresponse()
            return response.status, response.getheader("X-Kept"), response.read()
        except http.client.RemoteDisconnected:
            return None
        finally:
            connection.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_without_a_fault_request_and_answer_pass_whole(upstream: Upstream, *, chunked: bool) -> None:
    proxied = Proxied(upstream, None)
    assert proxied.ask(chunked=chunked) == (202, "yes", b"hello")
    assert upstream.seen == [("/there?x=1", urlsplit(upstream.url).netloc, b"hello")]
    assert proxied.plan.total == 0
    proxied.proxy.close()


@pytest.mark.parametrize(
    ("fault", "has_effect", "kills"),
    [
        (Fault.KILL_BEFORE, False, True),
        (Fault.KILL_AFTER, True, True),
        (Fault.RESET_BEFORE, False, False),
        (Fault.RESET_AFTER, True, False),
        (Fault.HANG_BEFORE, False, False),
        (Fault.HANG_AFTER, True, False),
    ],
)
def test_a_request_is_cut_off_before_or_after_its_effect(
    upstream: Upstream, fault: Fault, *, has_effect: bool, kills: bool
) -> None:
    proxied = Proxied(upstream, fault)
    assert proxied.ask() is None
    assert bool(upstream.seen) is has_effect
    assert [killed[0] for killed in proxied.killed] == ["sms"] * kills
    assert proxied.plan.by_fault == {fault: 1}
    proxied.proxy.close()


def test_a_worker_that_is_not_found_is_counted_as_what_it_was(upstream: Upstream) -> None:
    proxied = Proxied(upstream, Fault.KILL_AFTER, is_found=False)
    assert proxied.ask() is None
    assert proxied.plan.by_fault == {Fault.RESET_AFTER: 1}
    proxied.proxy.close()


def test_what_is_throttled_has_no_effect_and_what_has_no_half_is_throttled(upstream: Upstream) -> None:
    for fault in (Fault.THROTTLE, Fault.HALF):
        proxied = Proxied(upstream, fault)
        answer = proxied.ask()
        assert answer is not None
        assert answer[0] == 400
        assert proxied.plan.by_fault == {Fault.THROTTLE: 1}
        proxied.proxy.close()
    assert upstream.seen == []
