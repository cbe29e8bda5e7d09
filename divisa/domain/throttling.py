"""Minutes of the wall, in which requests are counted."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def window_of(at: datetime) -> str:
    """The minute that a moment lies in.

    >>> from datetime import datetime
    >>> window_of(datetime(2024, 1, 5, 14, 15, 59, tzinfo=UTC))
    '2024-01-05T14:15'
    """
    return at.astimezone(UTC).isoformat(timespec="minutes").removesuffix("+00:00")


def seconds_left(at: datetime) -> int:
    """Whole seconds after which the next minute has begun, 1 to 60.

    >>> from datetime import datetime
    >>> seconds_left(datetime(2024, 1, 5, 14, 15, 59, tzinfo=UTC))
    1
    """
    return 60 - at.second
