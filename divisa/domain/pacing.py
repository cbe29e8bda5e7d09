"""How often somebody is told: places in a week, one a suggestion, as many as they set as their most."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WEEK: Final = timedelta(days=7)
"""For how long a message counts."""
KEPT: Final = WEEK + timedelta(days=1)
"""For how long its place is kept: longer than it counts, since the moments of two senders may come in another order."""

Places: TypeAlias = "Mapping[str, datetime]"
"""When each suggestion of one user took its place, UTC, by the suggestion's id."""


def with_place(places: Places, suggestion_id: str, at: datetime, cap: int) -> Places | None:
    """The places once a suggestion has one at a moment, those left out that count no more; None when there is no room.

    A place counts against every other one that is less than a week away, before or after: so no week has more than its
    cap, in whichever order moments come. A suggestion that has a place asks for it again with every attempt, since the
    cap may have been lowered meanwhile, and moves it to the newest moment, at which its message may really go out.

    >>> from datetime import UTC, datetime
    >>> monday = datetime(2024, 1, 8, tzinfo=UTC)
    >>> places = with_place({}, "first", monday, 1)
    >>> with_place(places, "second", monday + WEEK / 2, 1) is None
    True
    >>> sorted(with_place(places, "second", monday + WEEK, 1))
    ['first', 'second']
    >>> with_place(places, "first", monday, 0) is None
    True
    """
    at = max(at, places.get(suggestion_id, at))
    others = {other: taken for other, taken in places.items() if other != suggestion_id}
    if sum(abs(at - taken) < WEEK for taken in others.values()) >= cap:
        return None
    return {other: taken for other, taken in others.items() if at - taken < KEPT} | {suggestion_id: at}
