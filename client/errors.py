"""Every error that the client raises, as one tree.

ClientError
├── ApiProblem         the API turned the request down, and says why (application/problem+json)
├── UnexpectedAnswer   the API's answer is none that its document describes
└── ApiUnreachable     no answer came; whether the request was carried out is not known
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import httpx

PROBLEM = "application/problem+json"
"""The media type of a request that was turned down (RFC 9457)."""
GATEWAY = "gateway"
"""Code of what API Gateway turned down by itself: no valid token, too many requests."""
_CODES = "urn:divisa:problem:"


class ClientError(Exception):
    """Base of every error that the client raises."""


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field of a request.

    Attributes:
        field: where it is, for example `quantity` or `quotes.3.bid`.
        problem: what is wrong, in words.
    """

    field: str
    problem: str


class Problem(msgspec.Struct, frozen=True):
    """The body of a request that was turned down (RFC 9457).

    Attributes:
        type: `urn:divisa:problem:` and a code, for example `price_moved`.
        title: the kind of problem in a few words.
        status: the HTTP status.
        detail: what is the matter with this request.
        instance: the path that was asked.
        errors: the fields that are wrong, where it is about fields.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[FieldProblem, ...] = ()


class _GatewayMessage(msgspec.Struct, frozen=True):
    """What API Gateway says by itself."""

    message: str


class ApiProblem(ClientError):
    """The API turned the request down; nothing was done.

    Attributes:
        problem: what it said.
        retry_after: seconds after which it may be tried again; None where it did not say.
    """

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        fields = "; ".join(f"{each.field}: {each.problem}" for each in problem.errors)
        super().__init__(
            f"{problem.status} {self._code(problem)}: {problem.detail}" + (f" ({fields})" if fields else "")
        )
        self.problem = problem
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def code(self) -> str:
        """What programs tell problems apart by, for example `price_moved`."""
        return self._code(self.problem)

    @staticmethod
    def _code(problem: Problem) -> str:
        return problem.type.removeprefix(_CODES)


class UnexpectedAnswer(ClientError):
    """The API's answer is none that its document describes.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status


class ApiUnreachable(ClientError):
    """No answer came. The request may have been carried out; one with the same idempotency key may be sent again."""


def problem_of(response: httpx.Response) -> ClientError:
    """The error that an answer other than 2xx stands for."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if media_type == PROBLEM:
            problem = msgspec.json.decode(response.content, type=Problem)
        elif media_type == "application/json":
            said = msgspec.json.decode(response.content, type=_GatewayMessage).message
            path = response.request.url.path
            problem = Problem(f"{_CODES}{GATEWAY}", response.reason_phrase, response.status_code, said, path)
        else:
            return UnexpectedAnswer(response.status_code, f"not a problem but {media_type or 'nothing'}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return UnexpectedAnswer(response.status_code, f"not a problem: {error}")
    wait = response.headers.get("retry-after", "")
    return ApiProblem(problem, float(wait) if wait.isascii() and wait.isdigit() else None)
