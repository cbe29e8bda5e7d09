"""One run of the fuzzer (schemathesis, all its checks): who calls which operations, and what it came to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from divisa.domain.errors import LaptopCloudError
from local.addresses import without_aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNDOCUMENTED: Final = frozenset(
    {
        "UndefinedStatusCode",
        "UndefinedContentType",
        "MissingContentType",
        "MalformedMediaType",
        "JsonSchemaError",
        "MalformedJson",
        "ContentDeserializationError",
        "DiscriminatorMismatch",
        "MissingHeaders",
    }
)
"""Findings of schemathesis that say: the document does not describe this answer."""
CONFIG: Final = Path(__file__).parent / "schemathesis.toml"
"""What the checks allow beyond their defaults."""
_SPARE_SECONDS: Final = 120.0
"""For what a run does beside calling: reading the document, shrinking what it found."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever the fuzzer is.

    Attributes:
        name: of the run.
        tokens: access tokens of users, used in turn; none for somebody who is not signed in.
        feeds_token: of the program that delivers files.
        secret: of the provider `example`.
        operations: ids of the operations that are called; all but those in `spared` when empty.
        spared: ids of operations that are not called.
    """

    name: str
    tokens: Sequence[str] = ()
    feeds_token: str = ""
    secret: str = ""
    operations: Sequence[str] = ()
    spared: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to.

    Attributes:
        name: of the run.
        operations: that were called.
        cases: test cases that the fuzzer made.
        answers: how often each operation answered each status.
        findings: what the checks found, by kind and how often.
        where: the operations that each kind was found at.
        output: what the fuzzer wrote about it, with a command that repeats each finding.
        seconds: that it took.
    """

    name: str
    operations: int
    cases: int
    answers: Counter[tuple[str, int]]
    findings: Counter[str]
    where: Mapping[str, Sequence[str]]
    output: str = field(repr=False)
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        """Answers in all."""
        return self.answers.total()

    @property
    def server_errors(self) -> int:
        """Answers of status 500 and more."""
        return sum(times for (_, status), times in self.answers.items() if status >= 500)

    @property
    def undocumented(self) -> int:
        """Kinds of answers that the document does not describe."""
        return sum(times for kind, times in self.findings.items() if kind in UNDOCUMENTED)


def run(caller: Caller, *, document: Path, url: str, folder: Path, seconds: float, seed: int) -> Result:
    """Fuzz a running API.

    Args:
        caller: who calls what.
        document: the API's.
        url: where it answers.
        folder: for reports.
        seconds: how long at most, but for the case that runs.
        seed: the same seed makes the same cases.

    Raises:
        LaptopCloudError: the fuzzer itself did not work; ends with its output.
    """
    folder.mkdir(parents=True, exist_ok=True)
    answers, report = folder / f"{caller.name}-answers.json", folder / f"{caller.name}.json"
    for file in (answers, report):
        file.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIG)),
        *("run", str(document), "--url", url),
        *("--checks", "all", "--max-time", str(int(seconds)), "--seed", str(seed), "--request-timeout", "35"),
        *("--generation-database", "none", "--generation-with-security-parameters", "false"),
        *("--continue-on-failure", "--warnings", "off", "--report", "json", "--report-json-path", str(report)),
    ]
    for operation in caller.operations:
        command += ["--include-operation-id", operation]
    for operation in caller.spared:
        command += ["--exclude-operation-id", operation]
    environment = {
        **without_aws(dict(os.environ)),
        "SCHEMATHESIS_HOOKS": "local.fuzzing.hooks",
        "FUZZ_TOKENS": ",".join(caller.tokens),
        "FUZZ_FEEDS_TOKEN": caller.feeds_token,
        "FUZZ_PROVIDER": "example",
        "FUZZ_SECRET": caller.secret,
        "FUZZ_ANSWERS": str(answers),
    }
    try:
        ended = subprocess.run(  # noqa: S603 - the fuzzer, with our own arguments
            command, capture_output=True, text=True, env=environment, timeout=seconds + _SPARE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise LaptopCloudError("fuzzer", f"{caller.name}: did not end by itself") from error
    output = ended.stdout + ended.stderr
    (folder / f"{caller.name}.log").write_text(output, encoding="utf-8")
    try:
        said = json.loads(report.read_text(encoding="utf-8"))
        counted = json.loads(answers.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LaptopCloudError("fuzzer", f"{caller.name}: made no report\n{output[-4000:]}") from error
    return _result(caller.name, said, counted, output)


def _result(name: str, report: Mapping[str, Any], counted: Sequence[Sequence[Any]], output: str) -> Result:
    findings = Counter({each["type"]: int(each["count"]) for each in report["failures"]})
    where = {each["type"]: tuple(each["operations"]) for each in report["failures"]}
    if report["errors"]:
        findings["FuzzerError"] = len(report["errors"])
        where["FuzzerError"] = tuple(sorted({str(each.get("operation") or each) for each in report["errors"]}))
    return Result(
        name,
        report["operations"]["tested"],
        report["test_cases"]["generated"],
        Counter({(operation, int(status)): int(times) for operation, status, times in counted}),
        findings,
        where,
        output,
        round(report["running_time"], 1),
    )
