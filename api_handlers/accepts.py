"""What an app would rather have, by its Accept header (RFC 9110)."""

from __future__ import annotations

import re
from typing import Final

_QUALITY: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def accepts_rather(accept: str, wanted: str, *, than: str) -> bool:
    """Whether one media type is asked for rather than another; the other one when the header does not tell.

    Args:
        accept: the header; "" when there is none.
        wanted: for example `text/csv`.
        than: for example `application/json`.

    >>> accepts_rather("text/csv, */*;q=0.1", "text/csv", than="application/json")
    True
    >>> accepts_rather("*/*", "text/csv", than="application/json")
    False
    """
    return _wish(accept, wanted) > _wish(accept, than)


def _wish(accept: str, media_type: str) -> tuple[float, int]:
    """How much a type is wanted, by the range that names it most exactly; then, how exactly."""
    ranges = ["*/*", f"{media_type.partition('/')[0]}/*", media_type]
    found = (-1, 0.0)
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name in ranges:
            found = max(found, (ranges.index(name), _quality(parameters)))
    exactness, quality = found
    return quality, exactness


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and _QUALITY.fullmatch(value.strip()):
            return float(value)
    return 1.0
