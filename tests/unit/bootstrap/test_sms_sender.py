"""What the sender of text messages is wired with, beside a table that fails on the way back."""

from __future__ import annotations

from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from inspect import getclosurevars
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from divisa import bootstrap
from divisa.domain.errors import StoreUnavailable
from divisa.settings import SmsSettings
from tests.unit.test_settings import COMMON, OF_KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

PRICE = Decimal("0.04")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a DynamoDB is asked that fails each time, as one does whose answer is lost."""
    asked: list[str] = []

    class Failing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.headers["X-Amz-Target"].rpartition(".")[2])
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield asked
        server.shutdown()


def test_money_is_given_back_by_one_request_whatever_is_answered(requests: list[str]) -> None:
    deliver = bootstrap.deliver_by_sms(SmsSettings.from_environment(COMMON | OF_KIND[SmsSettings]))
    budget = getclosurevars(deliver.send).nonlocals["budget"]
    with pytest.raises(StoreUnavailable):
        budget.give_back("MX", "2024-01", PRICE)
    assert requests == ["UpdateItem"]
    with pytest.raises(StoreUnavailable):
        budget.take("MX", "2024-01", PRICE)
    assert len(requests) > 2
