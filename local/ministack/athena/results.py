"""What a query answers, in Athena's spelling of values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """The rows that a statement answers.

    Attributes:
        columns: their names.
        types: Athena's names of their types.
        rows: for each row the columns' values as text, None where there is none.
    """

    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()

    def csv(self) -> str:
        """The file that Athena leaves: every value in quotes, and nothing at all where there is none."""
        lines = [self.columns, *self.rows]
        return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def lines(column: str, texts: list[str]) -> Result:
    """A result of one column of text."""
    return Result((column,), ("varchar",), tuple((text,) for text in texts))


def text(value: Any) -> str | None:
    """A value as Athena spells it; None stays None.

    >>> text(True), text(datetime(2026, 1, 5, 10)), text([1, None]), text({"a": 1.5})
    ('true', '2026-01-05 10:00:00.000', '[1, null]', '{a=1.5}')
    """
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
        case datetime():
            zone = "" if value.tzinfo is None else " UTC"
            precision = "microseconds" if value.microsecond % 1000 else "milliseconds"
            return value.replace(tzinfo=None).isoformat(" ", precision) + zone
        case bytes():
            return value.hex(" ")
        case list() if value and all(isinstance(each, tuple) for each in value):
            return _braced(value)
        case list():
            return f"[{', '.join(_inner(each) for each in value)}]"
        case dict():
            return _braced(list(value.items()))
    return str(value)


def _braced(pairs: list[tuple[Any, Any]]) -> str:
    return "{" + ", ".join(f"{_inner(key)}={_inner(value)}" for key, value in pairs) + "}"


def _inner(value: Any) -> str:
    inner = text(value)
    return "null" if inner is None else inner


def _quoted(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'
