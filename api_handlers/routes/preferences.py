"""What the caller wishes to be told: read, and replaced as long as nobody else has meanwhile."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api_handlers.bodies.preferences import PreferencesBody
from api_handlers.bodies.scalars import Absent
from api_handlers.caller import subject
from api_handlers.problem import Problem
from api_handlers.responses import USER, answer, documented, success
from divisa.bootstrap import people
from divisa.domain.errors import ConcurrentUpdate
from divisa.settings import ApiSettings

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient
    from divisa.services.keep_preferences import KeepPreferences

router = APIGatewayHttpRouter()

_TAGS: Final = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e]*"\s*(?:,\s*(?:W/)?"[\x21\x23-\x7e]*"\s*)*')
_OURS: Final = re.compile(r'(?<!W/)"(0|[1-9][0-9]{0,14})"')
_ETAG: Final = {"ETag": "The version of the preferences, for If-Match."}


@cache
def _keep() -> KeepPreferences:
    return people.keep_preferences(ApiSettings.from_environment())


@router.get(
    "/v1/preferences",
    operation_id="get_preferences",
    tags=["preferences"],
    summary="What the caller wishes to be told",
    security=USER,
    responses=documented({200: success("The preferences", PreferencesBody, headers=_ETAG)}),
)
def get_preferences() -> Response[str]:
    """The caller's preferences, the usual ones when they never set any."""
    keep = _keep()
    return _shown(keep.read(subject(router.current_event)), keep)


@router.put(
    "/v1/preferences",
    operation_id="put_preferences",
    tags=["preferences"],
    summary="Replace what the caller wishes to be told",
    description="`If-Match` names the version that is replaced. Phone number and address are no preferences.",
    security=USER,
    responses=documented(
        {200: success("The preferences as they are now", PreferencesBody, headers=_ETAG)}, 412, 413, 415, 422, 428
    ),
)
def put_preferences(
    body: PreferencesBody,
    if_match: Annotated[
        str | Absent, Header(alias="If-Match", description="The ETag of the version to replace; needed.")
    ] = None,
) -> Response[str]:
    """Replace the caller's preferences."""
    user_id, keep = subject(router.current_event), _keep()
    present = keep.read(user_id)
    if present.version not in _versions(if_match):
        raise _changed()
    try:
        return _shown(keep.write(user_id, body.preferences(), present.version), keep)
    except ConcurrentUpdate as error:
        raise _changed() from error


def _versions(if_match: str | None) -> set[int]:
    """The versions that If-Match names. A weak tag names none, nor does one that is none of ours (RFC 9110)."""
    if if_match is None:
        raise Problem(428, "precondition_required", "If-Match must name the version to replace")
    if _TAGS.fullmatch(if_match) is None:
        raise Problem(400, "malformed", "If-Match is no entity tag")
    return {int(found) for found in _OURS.findall(if_match)}


def _changed() -> Problem:
    return Problem(412, "precondition_failed", "the preferences are of another version; read them again")


def _shown(recipient: Recipient, keep: KeepPreferences) -> Response[str]:
    return answer(200, PreferencesBody.of(recipient, keep.pairs), {"ETag": f'"{recipient.version}"'})
