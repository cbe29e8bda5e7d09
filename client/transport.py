"""One request, one answer: what goes over the wire, and which error an answer is."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

import httpx
import msgspec

from client.errors import ApiUnreachable, UnexpectedAnswer, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from client.operations import Operation

A = TypeVar("A")

TIMEOUT_SECONDS = 30.0
"""An API Gateway gives up after thirty seconds."""


def encoded(value: Any) -> bytes:
    """A value of the API as JSON: decimals are strings of plain digits, times ISO 8601, what is not set is left out.

    >>> encoded({"quantity": Decimal("1E+2")})
    b'{"quantity":"100"}'
    """
    plain = msgspec.to_builtins(value, builtin_types=(Decimal,))
    return json.dumps(plain, default=_plain_decimal, ensure_ascii=False, separators=(",", ":")).encode()


def _plain_decimal(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} does not go into JSON")
    return format(value, "f")


class Transport:
    """Sends requests to one API. May be used from several threads.

    Args:
        base_url: where the API answers, for example `https://api.example.com`.
        token: gives the access token of the caller, anew for every request; None for who has none.
        http: how requests travel; a test brings its own.
    """

    def __init__(
        self, base_url: str, token: Callable[[], str] | None = None, http: httpx.BaseTransport | None = None
    ) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, transport=http)
        self._token = token

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def call(
        self,
        operation: Operation[A],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[A, httpx.Headers]:
        """Carry an operation out; returns what it answered, and the answer's headers.

        Raises:
            ApiProblem: the API turned it down.
            UnexpectedAnswer: what it answered is not what its document says.
            ApiUnreachable: it did not answer.
        """
        response = self.send(operation, path=path, query=query, body=body, headers=headers)
        return _read(operation, response), response.headers

    def send(
        self,
        operation: Operation[Any],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Carry an operation out; returns a success as it came.

        Raises:
            ApiProblem: the API turned it down.
            UnexpectedAnswer: what it answered is neither a success nor a problem.
            ApiUnreachable: it did not answer.
        """
        own = dict(headers or {})
        if operation.signed_in and self._token is not None:
            own["Authorization"] = f"Bearer {self._token()}"
        content = body if body is None or isinstance(body, bytes) else encoded(body)
        if content is not None:
            own.setdefault("Content-Type", "application/json")
        segments = {name: quote(text, safe="") for name, text in (path or {}).items()}
        try:
            response = self._http.request(
                operation.method,
                operation.path.format(**segments),
                params=msgspec.to_builtins({name: value for name, value in (query or {}).items() if value is not None}),
                content=content,
                headers=own,
            )
        except httpx.TransportError as error:
            raise ApiUnreachable(f"{operation.method} {operation.path}: {error}") from error
        if not response.is_success and response.status_code not in operation.answers_too:
            raise problem_of(response)
        return response


class Connected:
    """Holds connections until it is closed; as a context it closes itself."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()


def _read(operation: Operation[A], response: httpx.Response) -> A:
    if operation.answer in {type(None), bytes}:
        raw: Any = response.content if operation.answer is bytes else None
        return cast("A", raw)
    try:
        return msgspec.json.decode(response.content, type=operation.answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnexpectedAnswer(response.status_code, f"{operation.method} {operation.path}: {error}") from error
