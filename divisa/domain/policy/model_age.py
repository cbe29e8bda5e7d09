"""Until when a model learned, as its version tells it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_VERSION: Final = re.compile(r"[a-z]+-(\d{8})-[0-9a-f]+")


def learned_until(model_version: str) -> datetime | None:
    """The end, UTC, of the last day that a model learned from; None when its version does not tell.

    >>> learned_until("hgb-20240331-0f3a9c"), learned_until("rule-1")
    (datetime.datetime(2024, 4, 1, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    match = _VERSION.fullmatch(model_version)
    if match is None:
        return None
    try:
        return datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
