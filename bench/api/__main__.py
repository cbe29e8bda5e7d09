"""`python -m bench.api`: measure the API, print a JSON line each, and write bench/results/api.json."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.api import cold, handler, over_http
from bench.machine import describe

RESULTS = Path(__file__).resolve().parents[1] / "results" / "api.json"
OPEN = datetime(2024, 5, 8, 15, 0, tzinfo=UTC)
"""A moment at which the currency market is open: a Wednesday."""


def main() -> None:
    """Measure all: imports and handlers by themselves first, since nothing else runs then."""
    document: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe()}
    document["cold_import_ms"] = cold.run()
    _print({"bench": "cold_import_ms", **document["cold_import_ms"]})
    document["results"] = []
    for where, lines in (("handler without AWS", handler.run()), ("laptop cloud over HTTP", over_http.run(OPEN))):
        for line in lines:
            line["cold_import_ms"] = document["cold_import_ms"]["api"]  # the function that answers all these routes
            document["results"].append({"where": where, **line})
            _print(document["results"][-1])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
