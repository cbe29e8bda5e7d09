from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.ministack.job_process import JobProcess, Outcome

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


def a_process(folder: Path, script: str) -> JobProcess:
    file = folder / "script.py"
    file.write_text(script)
    return JobProcess(file, arguments=["--A", "1"], modules=[], folder=folder, environ={"AWS_REGION": "us-east-1"})


def test_a_script_that_takes_longer_than_it_may_is_ended(tmp_path: Path) -> None:
    process = a_process(tmp_path, "import time\nprint('begun')\ntime.sleep(600)\n")

    assert process.wait(1.0) == Outcome("TIMEOUT", "Job run exceeded its timeout")
    assert process.output.read_text() == "begun\n"


def test_a_script_that_is_stopped_is_not_said_to_have_failed(tmp_path: Path) -> None:
    process = a_process(tmp_path, "import time\ntime.sleep(600)\n")

    process.stop()

    assert process.wait(10.0) == Outcome("STOPPED")


def test_a_script_sees_its_arguments_and_none_of_the_settings_of_who_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "private")
    process = a_process(
        tmp_path, "import os, sys\nprint(sys.argv[1:], os.environ.get('AWS_PROFILE'), os.environ['AWS_REGION'])\n"
    )

    assert process.wait(10.0) == Outcome("SUCCEEDED")
    assert process.output.read_text() == "['--A', '1'] None us-east-1\n"


def test_the_reason_of_a_failure_is_the_first_line_of_the_error_that_nobody_caught(tmp_path: Path) -> None:
    script = "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('one\\ntwo') from error\n"

    assert a_process(tmp_path, script).wait(10.0) == Outcome("FAILED", "ValueError: one")
