"""What was suggested to the caller, and what they say to it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.scalars import Absent
from api_handlers.bodies.suggestions import (
    SUGGESTION_ID,
    OpenedAnswer,
    ResponseAnswer,
    ResponseBody,
    SuggestionsAnswer,
)
from api_handlers.caller import subject
from api_handlers.cursor import CURSOR, place_of
from api_handlers.responses import USER, answer, documented, success
from divisa.bootstrap import people
from divisa.domain.suggestion import SuggestionResponse
from divisa.services.list_suggestions import SuggestionPosition
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.services.answer_suggestion import AnswerSuggestion
    from divisa.services.list_suggestions import ListSuggestions
    from divisa.services.open_suggestion import OpenSuggestion

router = APIGatewayHttpRouter()


@cache
def _list() -> ListSuggestions:
    return people.list_suggestions(ApiSettings.from_environment())


@cache
def _answer() -> AnswerSuggestion:
    return people.answer_suggestion(ApiSettings.from_environment())


@cache
def _open() -> OpenSuggestion:
    return people.open_suggestion(ApiSettings.from_environment())


@router.get(
    "/v1/suggestions",
    operation_id="list_suggestions",
    tags=["suggestions"],
    summary="What was suggested to the caller, and why",
    description="Newest first; they are kept for 400 days. Reasons are in the caller's language. Not in it is what "
    "quiet hours hold, until they end, and what would tell people whom the experiment holds out: what is held out, "
    "and what was left out for saying the same as another one.",
    security=USER,
    responses=documented({200: success("Suggestions, newest first", SuggestionsAnswer)}, 422),
)
def list_suggestions(
    limit: Annotated[int, Query(ge=1, le=100, description="Suggestions in an answer at most.")] = 50,
    cursor: Annotated[str | Absent, Query(pattern=CURSOR, description="`next_cursor` of the answer before.")] = None,
) -> Response[str]:
    """A page of the caller's suggestions."""
    start = None if cursor is None else SuggestionPosition(*place_of(cursor))
    return answer(200, SuggestionsAnswer.of(_list()(subject(router.current_event), limit, start)))


@router.post(
    "/v1/suggestions/<suggestion_id>/response",
    operation_id="respond_to_suggestion",
    tags=["suggestions"],
    summary="Say something to a suggestion",
    description="The first answer counts: the same again is taken, another one is refused with `answered`. A "
    "suggestion takes one for seven days; then it is refused with `too_late`.",
    security=USER,
    responses=documented({200: success("It is written down", ResponseAnswer)}, 404, 409, 413, 415, 422),
)
def respond_to_suggestion(
    suggestion_id: Annotated[str, Path(pattern=SUGGESTION_ID, description="The suggestion's id.")],
    body: ResponseBody,
) -> Response[str]:
    """Write down what the caller says to one of their suggestions."""
    said_at = _answer()(subject(router.current_event), suggestion_id, SuggestionResponse(body.response))
    return answer(200, ResponseAnswer(suggestion_id=suggestion_id, response=body.response, responded_at=said_at))


@router.post(
    "/v1/suggestions/<suggestion_id>/opened",
    operation_id="open_suggestion",
    tags=["suggestions"],
    summary="Say that the caller has opened a suggestion",
    description="For the page that a message leads to. The first time is kept; again changes nothing.",
    security=USER,
    responses=documented({200: success("It is written down", OpenedAnswer)}, 404, 413, 422),
)
def open_suggestion(
    suggestion_id: Annotated[str, Path(pattern=SUGGESTION_ID, description="The suggestion's id.")],
) -> Response[str]:
    """Write down when the caller first opened one of their suggestions."""
    opened_at = _open()(subject(router.current_event), suggestion_id)
    return answer(200, OpenedAnswer(suggestion_id=suggestion_id, opened_at=opened_at))
