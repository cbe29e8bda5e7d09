"""What is said when a request cannot be done: problem details (RFC 9457), which repeat no value of the request."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec
from aws_lambda_powertools.event_handler import Response

from divisa.domain.errors import (
    ConcurrentUpdate,
    DivisaError,
    InvalidFields,
    InvalidInput,
    NotFound,
    Refused,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 2
"""After which a component that did not answer may be asked again."""


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field of a request.

    Attributes:
        field: where it stands, for example `body.quantity`, `query.limit`, `header.idempotency-key`.
        problem: what it should be, in words; never the value.
    """

    field: str
    problem: str


class Problem(Exception):
    """A request is not done; the answer says why.

    Attributes:
        status: the HTTP status.
        code: machine-readable; the end of the problem's type.
        detail: one sentence for the app's programmer, without any value of the request.
        headers: headers of the answer.
        errors: the fields that are wrong.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Iterable[FieldProblem] = (),
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = tuple(errors)

    def response(self, instance: str) -> Response[str]:
        """The answer.

        Args:
            instance: path of the request.
        """
        document: dict[str, object] = {
            "type": f"urn:divisa:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors:
            document["errors"] = self.errors
        return Response(
            status_code=self.status,
            content_type=MEDIA_TYPE,
            body=msgspec.json.encode(document).decode(),
            headers=dict(self.headers),
        )


def problem_of(error: DivisaError) -> Problem:
    """What an error of a service means to whoever asked. What is not theirs to mend is an error of the server."""
    match error:
        case Refused():
            return Problem(409, error.code, str(error))
        case NotFound():
            return Problem(404, "not_found", "there is no such thing")
        case InvalidFields():
            wrong = [FieldProblem(f"body.{field}", problem) for field, problem in error.problems]
            return Problem(422, "invalid", "a field is invalid", errors=wrong)
        case InvalidInput():
            return Problem(422, "invalid", str(error))
        case ConcurrentUpdate():
            return Problem(409, "busy", "somebody else changed it at the same moment; try again")
        case Unavailable():
            retry = {"Retry-After": str(RETRY_SECONDS)}
            return Problem(503, "unavailable", "a component did not answer in time; try again", headers=retry)
        case _:
            return internal()


def internal() -> Problem:
    """Something failed here; what, is for the log."""
    return Problem(500, "internal", "something went wrong here; it has been logged")
