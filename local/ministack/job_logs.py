"""What the processes of jobs say, in MiniStack's CloudWatch Logs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ministack.services import cloudwatch_logs as logs

if TYPE_CHECKING:
    from pathlib import Path

LINES = 10_000
"""At most so many lines are kept of a file, the last ones."""


def keep(group: str, stream: str, file: Path) -> None:
    """Keep the lines of a file in a stream of a log group; both are made where they are missing."""
    lines = [line for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if line][-LINES:]
    named = {"logGroupName": group, "logStreamName": stream}
    logs._create_log_group(named)
    logs._create_log_stream(named)
    now = int(time.time() * 1000)
    logs._put_log_events({**named, "logEvents": [{"timestamp": now, "message": line} for line in lines]})
