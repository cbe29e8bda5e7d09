"""The webhook for prices, over HTTP."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from api_handlers import prices as function
from api_handlers.routes import prices
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.nonces import MemoryNonces
from divisa.adapters.memory.quote_stream import MemoryQuoteStream
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.wire import quote_of
from divisa.domain.errors import StreamUnavailable
from divisa.domain.signature import signature_of
from divisa.services.take_prices import TakePrices, VerifyProvider
from tests.builders import USD_MXN, WEDNESDAY
from tests.unit.api_handlers.requests import ask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from divisa.domain.quote import Quote
    from tests.unit.api_handlers.requests import Answered

KEY = b"k" * 64
NOW = str(int(WEDNESDAY.timestamp()))
QUOTE = {"pair": "USD/MXN", "bid": "17.05", "ask": "17.06", "event_time": "2024-01-10T15:00:00Z", "sequence": 7}


class SwitchedStream(MemoryQuoteStream):
    is_away = False

    def publish(self, quotes: Iterable[Quote]) -> int:
        if self.is_away:
            raise StreamUnavailable("1 records were refused after every retry: secret-code")
        return super().publish(quotes)


@dataclass
class Webhook:
    """A webhook that knows one provider, `bank`."""

    stream: SwitchedStream = field(default_factory=SwitchedStream)
    sent: int = 0

    def __post_init__(self) -> None:
        self.verify = VerifyProvider(MemorySecrets({"bank": KEY}), MemoryNonces(), ManualClock(WEDNESDAY))
        self.take = TakePrices(frozenset([USD_MXN]), self.stream, quote_of)

    def post(self, body: Any, *, headers: dict[str, str] | None = None, key: bytes = KEY, **event: Any) -> Answered:
        """Send a body, signed as it is sent, each time with a nonce of its own; `headers` replace signed ones."""
        self.sent += 1
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        raw = content.encode() if isinstance(content, str) else content
        nonce = f"nonce-{self.sent:04}"
        signed = {
            "X-Divisa-Provider": "bank",
            "X-Divisa-Timestamp": NOW,
            "X-Divisa-Nonce": nonce,
            "X-Divisa-Signature": signature_of(key, NOW, nonce, raw),
        }
        return ask(
            function.application,
            "POST",
            "/v1/prices",
            user=None,
            body=content,
            headers=signed | (headers or {}),
            **event,
        )


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Webhook:
    made = Webhook()
    monkeypatch.setattr(prices, "_verify", lambda: made.verify)
    monkeypatch.setattr(prices, "_take", lambda: made.take)
    return made


def test_quotes_are_published_and_each_is_answered(webhook: Webhook) -> None:
    answered = webhook.post(
        {"quotes": [QUOTE, QUOTE | {"bid": 17.05}, QUOTE | {"pair": "USD/COP"}, QUOTE | {"sequence": 8}]}
    )
    assert answered.status == 202
    assert answered.json == {
        "results": [
            {"index": 0, "status": "accepted"},
            {"index": 1, "status": "rejected", "reason": "malformed"},
            {"index": 2, "status": "rejected", "reason": "unknown_pair"},
            {"index": 3, "status": "accepted"},
        ]
    }
    assert [(quote.source, quote.sequence) for quote in webhook.stream.published] == [("bank", 7), ("bank", 8)]


def test_what_is_signed_is_what_was_sent_however_the_gateway_hands_it_on(webhook: Webhook) -> None:
    spaced = b'{ "quotes" : [ ' + json.dumps(QUOTE | {"note": "\u00f1"}, ensure_ascii=False).encode() + b" ] }\n"
    assert webhook.post(spaced).status == 202  # as Base64
    assert webhook.post(spaced.decode()).status == 202  # as text
    compact = json.dumps(json.loads(spaced))
    signature = signature_of(KEY, NOW, "nonce-0003", spaced)
    assert webhook.post(compact, headers={"X-Divisa-Signature": signature}).status == 401
    assert len(webhook.stream.published) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Divisa-Signature": "0" * 64},
        {"X-Divisa-Signature": ""},
        {"X-Divisa-Signature": "\u00e9" * 64},
        {"X-Divisa-Nonce": "another-nonce"},
        {"X-Divisa-Nonce": ""},
        {"X-Divisa-Timestamp": str(int(NOW) + 1)},
        {"X-Divisa-Timestamp": "soon"},
        {"X-Divisa-Provider": "nobody"},
        {"X-Divisa-Provider": "../bank"},
        {"X-Divisa-Provider": "bank,bank"},
    ],
)
def test_whoever_is_not_a_provider_gets_one_answer_whatever_is_wrong(webhook: Webhook, headers: dict[str, str]) -> None:
    wrong_key = webhook.post({"quotes": [QUOTE]}, key=b"x" * 64)
    for body in ({"quotes": [QUOTE]}, "no json", b"\xff"):
        answered = webhook.post(body, headers=headers)
        assert (answered.status, answered.text) == (401, wrong_key.text)
        assert answered.headers["www-authenticate"] == "Divisa-HMAC"
    assert webhook.stream.published == []


def test_no_headers_at_all_is_nobody(webhook: Webhook) -> None:
    assert ask(function.application, "POST", "/v1/prices", user=None, body={"quotes": [QUOTE]}).status == 401


def test_a_message_counts_once(webhook: Webhook) -> None:
    first = webhook.post({"quotes": [QUOTE]})
    webhook.sent = 0
    again = webhook.post({"quotes": [QUOTE]})
    assert (first.status, again.status, again.json["type"]) == (202, 409, "urn:divisa:problem:replayed")
    assert len(webhook.stream.published) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"quotes": []}, 422),
        ({"quotes": [QUOTE] * 501}, 422),
        ({"quotes": {}}, 422),
        ({"quotes": [7]}, 422),
        ({"quotes": [QUOTE], "more": 1}, 422),
        ({}, 422),
        ([QUOTE], 422),
        ("", 422),
        ("{", 400),
        ('{"quotes": [NaN]}', 400),
        (b'{"quotes": ["\xff"]}', 400),
        ("[" * 100_000, 400),
        (" " * 300_000, 413),
    ],
)
def test_a_signed_body_that_is_no_batch_is_refused_whole(webhook: Webhook, body: Any, status: int) -> None:
    answered = webhook.post(body)
    assert answered.status == status, answered.text
    assert webhook.stream.published == []


def test_500_quotes_are_a_batch(webhook: Webhook) -> None:
    answered = webhook.post({"quotes": [QUOTE | {"sequence": n} for n in range(500)]})
    assert (answered.status, len(webhook.stream.published)) == (202, 500)


def test_another_media_type_is_none_of_ours(webhook: Webhook) -> None:
    assert webhook.post({"quotes": [QUOTE]}, headers={"Content-Type": "text/plain"}).status == 415


def test_a_stream_that_is_away_is_told_and_the_batch_may_come_again_with_a_new_nonce(webhook: Webhook) -> None:
    webhook.stream.is_away = True
    answered = webhook.post({"quotes": [QUOTE]})
    assert (answered.status, answered.headers["retry-after"]) == (503, "2")
    assert "secret-code" not in answered.text
    webhook.stream.is_away = False
    assert webhook.post({"quotes": [QUOTE]}).status == 202


def test_gateways_that_encode_badly_are_not_believed(webhook: Webhook) -> None:
    event = {"isBase64Encoded": True, "body": "%%%"}
    found = function.application(
        {
            "version": "2.0",
            "routeKey": "POST /v1/prices",
            "rawPath": "/v1/prices",
            "rawQueryString": "",
            "headers": {"content-type": "application/json"},
            "requestContext": {"stage": "$default", "requestId": "r", "http": {"method": "POST", "path": "/v1/prices"}},
            **event,
        },
        None,  # type: ignore[arg-type]
    )
    assert found["statusCode"] == 400


def test_the_key_reaches_no_answer_and_no_log(webhook: Webhook, capsys: pytest.CaptureFixture[str]) -> None:
    answered = webhook.post({"quotes": [QUOTE]}, key=b"x" * 64)
    written = capsys.readouterr()
    for secret in (KEY.decode(), base64.b64encode(KEY).decode(), KEY.hex()):
        assert secret not in answered.text + written.out + written.err
