"""The proxy hands requests on unchanged, and does to the chosen ones what the plan says."""

from __future__ import annotations

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from divisa.domain.recipient import Channel
from local.faults.books import suggestion_of
from local.faults.plan import Fault, Plan
from local.faults.proxy import LOOK_SECONDS, FaultProxy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.faults.calls import Call


class Always(Plan):
    """Every request meets the same fault."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__(1, 1)
        self.fault = fault
        self.put: list[Fault] = []

    def choose(self, call: Call) -> Fault | None:
        self.requests[call] += 1
        return self.fault

    def put_back(self, fault: Fault, call: Call) -> None:
        self.put.append(fault)


class Upstream(ThreadingHTTPServer):
    """Answers with what it was sent, and remembers it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, bytes]] = []
        self.answer: tuple[int, bytes] | None = None
        super().__init__(("127.0.0.1", 0), _Echo)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Echo(BaseHTTPRequestHandler):
    server: Upstream

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers["Host"], body))
        status, answer = self.server.answer or (202, body)
        self.send_response(status)
        self.send_header("X-Kept", "yes")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

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

    def ask(
        self, body: bytes = b"hello", *, chunked: bool = False, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str | None, bytes] | None:
        """The answer; None when the connection is closed without one."""
        connection = http.client.HTTPConnection(self.url.hostname or "", self.url.port, timeout=5)
        try:
            sent = iter([body[:2], body[2:]]) if chunked else body
            connection.request("POST", "/there?x=1", body=sent, headers=headers or {}, encode_chunked=chunked)
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


def test_a_worker_that_is_not_found_is_counted_as_what_it_was_and_is_to_be_killed_yet(upstream: Upstream) -> None:
    proxied = Proxied(upstream, Fault.KILL_AFTER, is_found=False)
    assert proxied.ask() is None
    assert proxied.plan.by_fault == {Fault.RESET_AFTER: 1}
    assert proxied.plan.put == [Fault.KILL_AFTER]
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


@pytest.mark.parametrize(
    ("fault", "status", "times"),
    [
        (None, 200, 1),
        (Fault.KILL_AFTER, 200, 1),
        (Fault.RESET_BEFORE, 200, 0),
        (Fault.THROTTLE, 200, 0),
        (None, 400, 0),
    ],
)
def test_a_notification_that_was_taken_is_in_its_inbox_whether_or_not_its_sender_hears_of_it(
    upstream: Upstream, fault: Fault | None, status: int, times: int
) -> None:
    upstream.answer = (status, b"<PublishResult><MessageId>m-1</MessageId></PublishResult>")
    proxied = Proxied(upstream, fault)
    words = json.dumps({"data": {"link": f"https://divisa.example/s/{'a' * 26}"}})
    body = urlencode({"Action": "Publish", "TargetArn": "arn:endpoint", "Message": json.dumps({"GCM": words})})
    proxied.ask(body.encode(), headers={"Authorization": "Credential=test/20240328/us-east-1/sns/aws4_request"})
    there = proxied.proxy.notifications
    assert [(each.channel, each.message_id, suggestion_of(each)) for each in there] == [
        (Channel.PUSH, "m-1", "a" * 26)
    ] * times
    proxied.proxy.close()
