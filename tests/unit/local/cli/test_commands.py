from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

NOT_RUNNING = "laptop cloud: is not running; start it with `divisa up`\n"


def divisa(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.cli", *arguments],
        env={**os.environ, "DIVISA_HOME": str(home), "COLUMNS": "120", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_teaches_the_commands_with_examples(tmp_path: Path) -> None:
    answer = divisa(tmp_path, "--help")

    assert answer.returncode == 0
    assert all(command in answer.stdout for command in ("up", "down", "status", "inbox"))
    assert "divisa inbox --channel sms" in answer.stdout


def test_status_of_a_cloud_that_was_never_started_says_stopped(tmp_path: Path) -> None:
    answer = divisa(tmp_path, "status", "--json")

    found = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert found["running"] is False
    assert {part["state"] for part in found["parts"]} == {"stopped"}


def test_going_down_when_nothing_runs_is_fine(tmp_path: Path) -> None:
    answer = divisa(tmp_path, "down")

    assert (answer.returncode, answer.stdout) == (0, "Down.\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        *(([command], NOT_RUNNING) for command in ("inbox", "suggestions", "quarantine", "seed", "replay")),
        (
            ["up", "--model", "no-such-model.tar.gz"],
            "there is no model at no-such-model.tar.gz; `divisa train` makes one\n",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_and_no_traceback(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    answer = divisa(tmp_path, *arguments)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.endswith(complaint)
    assert "Traceback" not in answer.stderr


def test_the_command_line_is_there_before_boto3_is(tmp_path: Path) -> None:
    heavy = "import local.cli.app, sys; print([name for name in ('boto3', 'numpy', 'sklearn') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", heavy], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
