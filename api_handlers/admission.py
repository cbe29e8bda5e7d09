"""Which callers may go on: nobody asks too much, and nobody who was erased asks at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api_handlers.caller import subject
from api_handlers.problem import Problem
from divisa.domain.errors import Refused
from divisa.observability import count

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.api_gateway import Route
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from divisa.ports import Clock, Throttle
    from divisa.services.admit import Admit

ERASING: Final = frozenset({"delete_me"})
"""Operations for whoever is being erased already, since asking twice is harmless."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Looks at the user who calls an operation for users.

    Attributes:
        throttle: counts what each asks.
        admit: knows who was erased.
        wall: tells the time of day.
    """

    throttle: Throttle
    admit: Admit
    wall: Clock

    def __call__(self, event: APIGatewayProxyEventV2, route: Route) -> None:
        """See that the caller may go on.

        Raises:
            Problem: 403, they were erased; 429, they have asked too much.
        """
        user = subject(event)
        # First, so that nothing is written any more about who was erased.
        if route.operation_id not in ERASING:
            try:
                self.admit(user)
            except Refused as refused:
                raise Problem(403, refused.code, str(refused)) from refused
        if wait := self.throttle.take(user, self.wall.now()):
            count("Throttled")
            raise Problem(
                429,
                "throttled",
                "too many requests in this minute; Retry-After says for how many seconds to wait",
                headers={"Retry-After": str(wait)},
            )
