"""An API made of canned answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from client import Client
from client.errors import PROBLEM

TOKEN = "t0ken"
AT = datetime(2024, 1, 10, 15, 0, tzinfo=UTC)
TRANSACTION = {
    "transaction_id": "t-1",
    "pair": "USD/MXN",
    "side": "BUY",
    "quantity": "100.00",
    "price": "17.051",
    "amount": "1705.10",
    "executed_at": "2024-01-10T15:00:00Z",
    "sequence": 1,
}


@dataclass
class Api:
    """Answers what it was told to, and remembers what it was asked.

    Attributes:
        answers: of the requests to come, the first first.
    """

    answers: list[httpx.Response | Exception]
    asked: list[httpx.Request] = field(default_factory=list)

    @property
    def http(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def client(self, token: str | None = TOKEN) -> Client:
        return Client("https://api.example.com", token, http=self.http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    body = {
        "type": f"urn:divisa:problem:{code}",
        "title": "No",
        "status": status,
        "detail": "not now",
        "instance": "/v1/transactions",
    }
    return httpx.Response(status, json=body | more, headers={"content-type": PROBLEM})
