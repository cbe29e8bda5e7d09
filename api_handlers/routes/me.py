"""Everything that is kept of the caller, and the end of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.people import ErasureAnswer, ExportAnswer
from api_handlers.caller import subject
from api_handlers.responses import USER, answer, documented, success
from divisa.bootstrap import people
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.erase_person import RequestErasure
    from divisa.services.export_person import ExportPerson

router = APIGatewayHttpRouter()


@cache
def _export() -> ExportPerson:
    return people.export_person(ApiSettings.from_environment())


@cache
def _erase() -> RequestErasure:
    return people.request_erasure(ApiSettings.from_environment())


@router.get(
    "/v1/me/export",
    operation_id="export_me",
    tags=["me"],
    summary="Everything that is kept of the caller, as a file",
    description="One JSON document, at most 6 MB: of transactions the newest 6,000, of suggestions and their "
    "outcomes the newest 2,000; `shortened` says which of them have more.",
    security=USER,
    responses=documented(
        {
            200: success(
                "The document",
                ExportAnswer,
                headers={"Content-Disposition": "Names the file `divisa-export.json`."},
            )
        }
    ),
)
def export_me() -> Response[str]:
    """Export the caller's data."""
    export = _export()
    body = ExportAnswer.of(export(subject(router.current_event)), export.pairs)
    return answer(200, body, {"Content-Disposition": 'attachment; filename="divisa-export.json"'})


@router.delete(
    "/v1/me",
    operation_id="delete_me",
    tags=["me"],
    summary="Erase the caller",
    description="At once no message goes out and the sign-in is disabled; soon after nothing is kept but the ledger, "
    "under a pseudonym, as the law asks for. It cannot be undone. Asking again is harmless.",
    security=USER,
    responses=documented({202: success("The request is taken", ErasureAnswer)}),
)
def delete_me() -> Response[str]:
    """Take the caller's request to be erased."""
    _erase()(subject(router.current_event))
    return answer(202, ErasureAnswer(status="erasing"))
