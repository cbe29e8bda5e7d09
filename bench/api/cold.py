"""How long a fresh interpreter takes to import the API's handlers: most of a cold start."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from typing import Final

RUNS: Final = 9
TARGET_MS: Final = 500.0
PROBE: Final = """
import time
started = time.perf_counter()
import api_handlers.{name}
print(time.perf_counter() - started)
"""


def run() -> dict[str, float]:
    """Milliseconds a handler, median of fresh processes, files in the page cache; stops when one is over the target."""
    measured = {name: _imported(name) for name in ("api", "prices")}
    slow = [name for name, milliseconds in measured.items() if milliseconds >= TARGET_MS]
    if slow:
        raise SystemExit(f"imports over {TARGET_MS:.0f} ms: {measured}")
    return measured


def _imported(name: str) -> float:
    command = [sys.executable, "-c", PROBE.format(name=name)]
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1"}
    seconds = [
        float(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)  # noqa: S603 - our own code
        for _ in range(RUNS)
    ]
    return round(1000 * median(seconds), 1)
