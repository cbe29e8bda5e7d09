"""What a run of the fuzzer comes to, with a fuzzer that says what it was told to."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from divisa.domain.errors import LaptopCloudError
from local.fuzzing.runs import Caller, Result, run

REPORT: dict[str, Any] = {
    "running_time": 12.34,
    "operations": {"tested": 3},
    "test_cases": {"generated": 210},
    "failures": [
        {"type": "UndefinedStatusCode", "count": 2, "operations": ["GET /v1/portfolio"]},
        {"type": "AcceptedNegativeData", "count": 1, "operations": ["POST /v1/devices"]},
    ],
    "errors": [],
}
ANSWERS = [["GET /v1/portfolio", 200, 50], ["GET /v1/portfolio", 500, 2], ["GET /v1/health", 503, 1]]


class Fuzzer:
    """Stands in for the process; writes what it is told to where the command says."""

    def __init__(self, report: object = None, answers: object = None, *, hangs: bool = False) -> None:
        self.report, self.answers, self.hangs = report, answers, hangs
        self.command: list[str] = []
        self.environment: dict[str, str] = {}

    def __call__(self, command: list[str], *, env: dict[str, str], timeout: float, **_: Any) -> Any:
        self.command, self.environment = command, env
        if self.hangs:
            raise subprocess.TimeoutExpired(command, timeout)
        if self.report is not None:
            Path(command[command.index("--report-json-path") + 1]).write_text(json.dumps(self.report))
        if self.answers is not None:
            Path(env["FUZZ_ANSWERS"]).write_text(json.dumps(self.answers))
        return subprocess.CompletedProcess(command, 1, "it said\n", "this\n")


def fuzzed(monkeypatch: pytest.MonkeyPatch, folder: Path, fuzzer: Fuzzer, caller: Caller) -> Result:
    monkeypatch.setattr(subprocess, "run", fuzzer)
    return run(caller, document=Path("openapi.json"), url="http://localhost", folder=folder, seconds=60, seed=1)


def test_answers_and_findings_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = fuzzed(monkeypatch, tmp_path / "new", Fuzzer(REPORT, ANSWERS), Caller("nobody"))
    assert (result.operations, result.cases, result.requests) == (3, 210, 53)
    assert (result.server_errors, result.undocumented) == (3, 2)
    assert result.findings == {"UndefinedStatusCode": 2, "AcceptedNegativeData": 1}
    assert result.where["AcceptedNegativeData"] == ("POST /v1/devices",)
    assert result.output == "it said\nthis\n"
    assert (tmp_path / "new" / "nobody.log").read_text() == result.output


def test_what_the_fuzzer_itself_could_not_do_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = REPORT | {"failures": [], "errors": [{"operation": "GET /v1/health", "title": "Network error"}]}
    result = fuzzed(monkeypatch, tmp_path, Fuzzer(broken, ANSWERS), Caller("nobody"))
    assert result.findings == {"FuzzerError": 1}
    assert result.where["FuzzerError"] == ("GET /v1/health",)


def test_who_calls_what_goes_to_the_fuzzer_and_nothing_of_aws_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    fuzzer = Fuzzer(REPORT, ANSWERS)
    caller = Caller(
        "signed-in", ("token-one", "token-two"), "token-three", "shared", operations=["get_quote"], spared=["delete_me"]
    )
    fuzzed(monkeypatch, tmp_path, fuzzer, caller)
    assert fuzzer.environment["FUZZ_TOKENS"] == "token-one,token-two"
    assert (fuzzer.environment["FUZZ_FEEDS_TOKEN"], fuzzer.environment["FUZZ_SECRET"]) == ("token-three", "shared")
    assert "AWS_PROFILE" not in fuzzer.environment
    words = " ".join(fuzzer.command)
    assert "--include-operation-id get_quote" in words
    assert "--exclude-operation-id delete_me" in words
    assert "--checks all" in words
    assert "token-one" not in words, "whoever lists processes reads no token"


@pytest.mark.parametrize(
    ("fuzzer", "words"),
    [
        (Fuzzer(), "made no report\nit said"),
        (Fuzzer(REPORT), "made no report"),
        (Fuzzer(hangs=True), "did not end by itself"),
    ],
)
def test_a_fuzzer_that_does_not_work_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fuzzer: Fuzzer, words: str
) -> None:
    with pytest.raises(LaptopCloudError, match=words):
        fuzzed(monkeypatch, tmp_path, fuzzer, Caller("nobody"))
