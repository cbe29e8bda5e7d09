"""How long a fresh interpreter takes to import each handler: what a cold start waits for before the first event."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from typing import Any

HANDLERS = ("quotes", "outbox", "sms", "email")
RUNS = 7
PROBE = "import time; t = time.perf_counter(); import stream_consumers.{name}; print(time.perf_counter() - t)"


def run() -> dict[str, Any]:
    """Milliseconds a handler, median of fresh processes, files in the page cache."""
    result: dict[str, Any] = {"bench": "cold_import_ms"}
    for name in HANDLERS:
        command = [sys.executable, "-c", PROBE.format(name=name)]
        times = [float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(RUNS)]  # noqa: S603
        result[name] = round(1000 * median(times), 1)
    return result
