"""Names and numbers as a reader wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from model.judging.segments import GROUP, PAIR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NOT_KNOWN: Final = "not known"

_WAYS: Final = {
    "model": "this model",
    "base_rate": "base rate",
    "per_user_rate": "user's own rate",
    "logistic": "logistic regression",
    "rate_alert": "rate alert",
    "moving_average_cross": "moving averages",
    "oracle": "ceiling",
}

_SEGMENTS: Final = {
    "newcomer": "newcomers",
    "new": "new users",
    "rare": "rare traders",
    "frequent": "frequent traders",
}

_REASONS: Final = {
    "ragged": "with other columns than the header",
    "bad_time": "whose time cannot be read or has no offset",
    "bad_number": "with a number that cannot be read",
    "not_a_number": "with a number that is none",
    "not_positive": "with a number that is not above zero",
    "unknown_pair": "of a pair without prices",
    "unknown_side": "that neither buy nor sell",
    "unknown_language": "in a language that is not spoken here",
    "no_user": "without a user",
    "no_group": "without a group",
    "bad_flag": "with a flag that is neither true nor false",
    "crossed": "with a bid that is not below the ask",
    "duplicate": "that were there before",
    "out_of_order": "older than the one before",
    "before_first_price": "older than the first price",
    "outlier": "too far from the prices around them to be believed",
    "market_closed": "from when the market was closed",
}

_OF_DAYS: Final = {
    "censored": "whose 24 hours the files do not cover",
    "embargoed": "whose 24 hours reach into what something else is learned from",
}
"""Reasons that are about days of users, and not about rows of files."""


def way(name: str) -> str:
    """A way of choosing whom to tell."""
    return _WAYS.get(name, name.replace("_", " "))


def segment(name: str) -> str:
    """Whom a segment is about.

    >>> segment("new"), segment("pair USD/MXN"), segment("group saver")
    ('new users', 'USD/MXN', 'saver')
    """
    if name in _SEGMENTS:
        return _SEGMENTS[name]
    for beginning in (PAIR, GROUP):
        name = name.removeprefix(beginning)
    return name.replace("_", " ")


def reason(code: str) -> str:
    """Why rows of a file, or days of users, were not used, as the end of "rows …" or "days …"."""
    file, _, rest = code.partition("_")
    if code not in _REASONS and rest in _REASONS:
        return f"of the file {file} {_REASONS[rest]}"
    return {**_REASONS, **_OF_DAYS}.get(code, f"that were counted as {code.replace('_', ' ')}")


def number(value: float | None, digits: int = 3) -> str:
    """A figure, or that it is not known.

    >>> number(0.12345), number(None)
    ('0.123', 'not known')
    """
    return NOT_KNOWN if value is None else f"{value:.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share.

    >>> percent(0.0123), percent(None)
    ('1.2 %', 'not known')
    """
    return NOT_KNOWN if value is None else f"{100.0 * value:.{digits}f} %"


def interval(ends: Iterable[float] | None, digits: int = 3) -> str:
    """The two ends of an interval.

    >>> interval([0.1, 0.25]), interval(None)
    ('0.100 to 0.250', 'not known')
    """
    return NOT_KNOWN if ends is None else " to ".join(f"{end:.{digits}f}" for end in ends)


def percent_interval(ends: Iterable[float] | None, digits: int = 1) -> str:
    """The two ends of an interval of a share.

    >>> percent_interval([0.005, 0.012])
    '0.5 to 1.2 %'
    """
    return NOT_KNOWN if ends is None else f"{interval((100.0 * end for end in ends), digits)} %"


def listed(items: Iterable[str]) -> str:
    """Items in a row.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def dropped(counts: Mapping[str, Any]) -> str:
    """What of the files was not used, and why, as a sentence."""
    if not counts:
        return "Everything in the files was used."
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return f"Not used: {listed(f'{many(count, _noun(code))} {reason(code)}' for code, count in most)}."


def many(count: int, noun: str) -> str:
    """So many of something.

    >>> many(1, "row"), many(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _noun(code: str) -> str:
    return "day" if code in _OF_DAYS else "row"
