"""How much one user may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Throttle(Protocol):
    """Counts what each user asks in a minute of the wall, over all containers that answer."""

    def take(self, user_id: str, at: datetime) -> int:
        """Count one request, made at `at`, UTC, unless the user has had all of that minute.

        Returns:
            0, or the seconds until the next minute, 1 to 60: the request is then not counted, and not to be done.
        """
