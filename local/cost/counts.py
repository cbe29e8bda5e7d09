"""What the benchmarks counted: `make bench-ticks` how often bands break, `make bench` how fast the endpoint answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from divisa.domain.errors import InvalidFile
from local.home import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TICKS: Final = ROOT / "bench" / "results" / "ticks.json"
CORE: Final = ROOT / "bench" / "results" / "core.json"
TICK_SECONDS: Final = 1.0
"""Between two ticks of `make bench-ticks`."""
CALL_ROWS: Final = 1000
"""Rows of a call of the endpoint, at which its speed was measured: those of a chunk."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted.

    Attributes:
        users: of the population in which it was counted.
        day: where its ticks came from, in words.
        broken_per_second: times that a price broke a watch, of one watch.
        suggestions_per_second: suggestions about one watch, those that were held back included.
        rows_per_broken, rows_per_refresh: prices at which the model is asked about one user when a price broke the
            watch, and when it has grown old.
        rows_per_second: what one instance of the endpoint answers, bands included.
        call_seconds: that a call of the endpoint takes besides.
    """

    users: int
    day: str
    broken_per_second: float
    suggestions_per_second: float
    rows_per_broken: float
    rows_per_refresh: float
    rows_per_second: float
    call_seconds: float


def read_counts(ticks: Path = TICKS, core: Path = CORE) -> Counts:
    """The counts of the largest population that was measured.

    Raises:
        InvalidFile: a file is missing or lacks something; names the command that makes it.
    """
    try:
        document = _read(ticks, "make bench-ticks")
        day = max(document["results"], key=lambda row: int(row["users"]))
        users, broken, asked = int(day["users"]), int(day["broken_watches"]), day["asked"]
        watch_seconds = users * int(day["ticks"]) * TICK_SECONDS
        counted: dict[str, Any] = {
            "users": users,
            "day": str(document["ticks_from"]),
            "broken_per_second": broken / watch_seconds,
            "suggestions_per_second": day["suggestions"] / watch_seconds,
            "rows_per_broken": asked["broken"] / broken,
            "rows_per_refresh": asked["refreshes"] / (users * int(document["refreshes"])),
        }
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InvalidFile(f"{ticks.name} has no day of watches ({error}); `make bench-ticks` makes it anew") from error
    try:
        [speed] = [row for row in _read(core, "make bench")["results"] if row["bench"] == "endpoint"]
        answers: dict[str, Any] = {
            "rows_per_second": float(speed[f"rows_per_s_at_{CALL_ROWS}"]),
            "call_seconds": float(speed["ms_at_1"]) / 1000,
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidFile(f"{core.name} has no endpoint ({error}); `make bench` makes it anew") from error
    return Counts(**counted, **answers)


def _read(path: Path, command: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidFile(f"there is no {path.name}; `{command}` makes it") from error
    except json.JSONDecodeError as error:
        raise InvalidFile(f"{path.name} is not JSON; `{command}` makes it anew") from error
