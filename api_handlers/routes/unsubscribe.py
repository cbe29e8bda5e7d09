"""The way out of emails, for whoever has the link of one: nobody needs to sign in to be left alone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.accepts import accepts_rather
from api_handlers.bodies.unsubscribe import TOKEN, UnsubscribedAnswer
from api_handlers.pages import HTML, page
from api_handlers.responses import JSON, answer, documented, success
from divisa.bootstrap import people
from divisa.domain.recipient import Language
from divisa.services.unsubscribe import PATH
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.unsubscribe import Unsubscribe

router = APIGatewayHttpRouter()

Token = Annotated[str, Query(pattern=TOKEN, description="From the link of an email; it is signed and does not expire.")]
_PAGE: Final[dict[str, Any]] = {"type": "string"}
_ONE_CLICK: Final = {
    "type": "object",
    "properties": {"List-Unsubscribe": {"type": "string", "const": "One-Click"}},
    "additionalProperties": True,
}


class _Words(NamedTuple):
    question: str
    consequence: str
    button: str
    done: str
    way_back: str


_WORDS: Final = {
    Language.ES: _Words(
        question="¿No recibir más correos?",
        consequence="Divisa no te enviará más sugerencias por correo. Lo demás queda como está.",
        button="No recibir más correos",
        done="No te enviaremos más correos",
        way_back="Si cambias de opinión, puedes volver a aceptarlos en la app.",
    ),
    Language.EN: _Words(
        question="Get no more emails?",
        consequence="Divisa will send you no more suggestions by email. Everything else stays as it is.",
        button="Get no more emails",
        done="We will send you no more emails",
        way_back="If you change your mind, you can agree to them again in the app.",
    ),
}


@cache
def _unsubscribe() -> Unsubscribe:
    return people.unsubscribe(ApiSettings.from_environment())


@router.get(
    PATH,
    operation_id="ask_to_unsubscribe",
    tags=["unsubscribe"],
    summary="A page that asks whether to end emails",
    description="Changes nothing, since mail scanners open every link; its button sends the POST.",
    responses=documented({200: success("The page", media={HTML: _PAGE})}, 404, 413, 422, authorized=False),
)
def ask_to_unsubscribe(token: Token) -> Response[str]:
    """Show what the link does, and a button that does it."""
    language = _unsubscribe().language(token)
    words = _WORDS[language]
    # A token has no letter that means anything in an address.
    return page(language, words.question, words.consequence, action=f"?token={token}", button=words.button)


@router.post(
    PATH,
    operation_id="unsubscribe",
    tags=["unsubscribe"],
    summary="End emails, by the link of one of them",
    description=(
        "One click (RFC 8058): mail programs send it by themselves, with a form that says so and is not looked at. The "
        "person's consent to emails is withdrawn, as by a change of preferences. Again changes nothing."
    ),
    openapi_extensions={
        "requestBody": {
            "required": False,
            "description": "What RFC 8058 has mail programs send.",
            "content": {
                "application/x-www-form-urlencoded": {"schema": _ONE_CLICK},
                "multipart/form-data": {"schema": _ONE_CLICK},
            },
        },
    },
    responses=documented(
        {200: success("There are no more emails", UnsubscribedAnswer, media={HTML: _PAGE})},
        *(404, 409, 413, 422),
        authorized=False,
    ),
)
def unsubscribe(token: Token) -> Response[str]:
    """Withdraw consent to emails."""
    language = _unsubscribe()(token)
    if accepts_rather(router.current_event.headers.get("accept", ""), HTML, than=JSON):
        return page(language, _WORDS[language].done, _WORDS[language].way_back)
    return answer(200, UnsubscribedAnswer(status="unsubscribed"))
