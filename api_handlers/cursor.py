"""Cursors: a place in a list by time, as text that an app gives back unread."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from api_handlers.problem import Problem

CURSOR: Final = r"^[A-Za-z0-9_-]{1,128}$"
"""What every cursor looks like; ours have about 60 characters."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_TEXT: Final = re.compile(r"([0-9]{1,17}) ([0-9a-f]{26})")


def cursor_of(moment: datetime, item_id: str) -> str:
    """The cursor of the place after an item.

    Args:
        moment: by which the list is sorted, UTC, 1970 or later.
        item_id: 26 hexadecimal digits.
    """
    text = f"{(moment - _EPOCH) // _TICK} {item_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, str]:
    """The place that a cursor stands for; nobody's data are in it, so that a made-up one shows nothing of anybody.

    Raises:
        Problem: 400, it is none of ours.

    >>> place_of(cursor_of(datetime(2024, 1, 5, tzinfo=UTC), "ab" * 13))
    (datetime.datetime(2024, 1, 5, 0, 0, tzinfo=datetime.timezone.utc), 'ababababababababababababab')
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if (found := _TEXT.fullmatch(text)) is None:
            raise ValueError("no place")
        return _EPOCH + int(found[1]) * _TICK, found[2]
    except (binascii.Error, ValueError, OverflowError):
        raise Problem(400, "malformed", "the cursor is none of ours") from None
