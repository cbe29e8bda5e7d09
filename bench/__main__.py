"""`python -m bench`: run every benchmark, print a JSON line each, and write bench/results/core.json."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import cold_import, consumer, endpoint, fold_and_features
from bench.machine import describe

RESULTS = Path(__file__).parent / "results" / "core.json"


def main() -> None:
    """Run all; the model is trained first where there is none."""
    if not endpoint.MODEL.exists():
        train = [sys.executable, "-m", "local.cli", "train", "--out", str(endpoint.MODEL.parent)]
        subprocess.run(train, check=True)  # noqa: S603 - our own module
    measured = []
    for bench in (fold_and_features, consumer, endpoint, cold_import):
        line = bench.run()
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        measured.append(line)
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), "results": measured}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
