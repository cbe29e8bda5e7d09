"""Schedules: functions that EventBridge's rules start, at the pace of the laptop.

The emulator would start them at the pace of the wall. A replay runs thousands of times faster than life, and AWS knows
no rate shorter than a minute, so that such a function would never get its turn. This takes every enabled rule with a
`rate(…)` and a function for its target over, as it does with the stream mappings: it disables the rule at the emulator
and starts the function itself, SPEED times as often as the rule says. Rules with a `cron(…)` are left alone.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import LaptopCloudError
from local.json_file import replace_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mypy_boto3_events.type_defs import TargetOutputTypeDef

    from local.mappings.clients import Clients

log = logging.getLogger(__name__)

SPEED: Final = 60
"""How many times faster than the wall schedules run: a minute of a schedule takes a second."""
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}


def rate_seconds(expression: str) -> int | None:
    """Seconds between two runs of a `rate(…)`; None for any other schedule.

    >>> rate_seconds("rate(5 minutes)"), rate_seconds("cron(0 3 * * ? *)")
    (300, None)
    """
    match = _RATE.fullmatch(expression)
    return int(match[1]) * _SECONDS[match[2]] if match else None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule that starts functions.

    Attributes:
        rule_arn: the rule.
        every: seconds between the beginnings of two runs, here.
        targets: functions by ARN, each with the event that it is given; None for the one that EventBridge makes.
    """

    rule_arn: str
    every: float
    targets: tuple[tuple[str, str | None], ...]

    @property
    def name(self) -> str:
        """How logs and status call it."""
        return self.rule_arn.rsplit("/", 1)[1]


class Schedules:
    """Owns every such rule that was ever enabled here, until it is deleted.

    Args:
        clients: the AWS clients.
        owned_file: which rules are owned; read at the start, so that a restart goes on.

    Raises:
        LaptopCloudError: that file cannot be read.
    """

    def __init__(self, clients: Clients, owned_file: Path) -> None:
        self._clients = clients
        self._owned_file = owned_file
        self._owned = _read(owned_file)
        self._runners: dict[str, _Runner] = {}

    def round(self) -> None:
        """Look once at all rules; take over, start and stop what has to be.

        Raises:
            botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: the emulator did not answer.
        """
        rules = {rule["Arn"]: rule for page in self._pages() for rule in page["Rules"]}
        for arn in (self._owned | set(self._runners)) - set(rules):
            self._retire(arn)
        for arn, rule in rules.items():
            seconds = rate_seconds(rule.get("ScheduleExpression", ""))
            if seconds is None:
                continue
            if rule.get("State") == "ENABLED":
                # Owned first, disabled second: a kill in between leaves a rule that the next start disables.
                self._remember(self._owned | {arn})
                self._clients.events.disable_rule(Name=rule["Name"])
            if arn in self._owned:
                targets = self._clients.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
                self._run(Schedule(arn, seconds / SPEED, _functions(targets)))

    def stop(self) -> None:
        """Ask every schedule to end; a run in flight is left behind."""
        for runner in self._runners.values():
            runner.stop()

    @property
    def stopped(self) -> bool:
        """Whether no schedule runs."""
        return not any(runner.is_alive() for runner in self._runners.values())

    def status(self) -> dict[str, Any]:
        """What each schedule did since this process began, by name."""
        return {runner.schedule.name: runner.status() for runner in self._runners.values()}

    def _pages(self) -> Any:
        return self._clients.events.get_paginator("list_rules").paginate()

    def _run(self, schedule: Schedule) -> None:
        runner = self._runners.get(schedule.rule_arn)
        if runner is not None and runner.schedule == schedule:
            return
        if runner is not None:
            runner.stop()
        log.info("%s: taken over, every %s s", schedule.name, schedule.every)
        self._runners[schedule.rule_arn] = runner = _Runner(schedule, self._clients)
        runner.start()

    def _retire(self, arn: str) -> None:
        runner = self._runners.pop(arn, None)
        if runner is not None:
            runner.stop()
            log.info("%s: deleted, stopped", runner.schedule.name)
        self._remember(self._owned - {arn})

    def _remember(self, owned: set[str]) -> None:
        if owned != self._owned:
            replace_json(self._owned_file, sorted(owned))
            self._owned = owned


class _Runner(threading.Thread):
    """Starts the functions of one schedule again and again.

    A run is waited for: one that takes longer than its interval delays the next instead of overlapping with it.
    """

    def __init__(self, schedule: Schedule, clients: Clients) -> None:
        super().__init__(name=f"schedule {schedule.name}", daemon=True)
        self.schedule = schedule
        self._clients = clients
        self._over = threading.Event()
        self._runs = 0
        self._failed = 0
        self._last_error = ""

    def stop(self) -> None:
        """Begin no further run."""
        self._over.set()

    def status(self) -> dict[str, Any]:
        """What it did."""
        return {
            "every_seconds": self.schedule.every,
            "runs": self._runs,
            "failed": self._failed,
            "last_error": self._last_error,
        }

    def run(self) -> None:
        """Return once it is stopped."""
        begun = time.monotonic()
        while not self._over.wait(max(0.0, begun + self.schedule.every - time.monotonic())):
            begun = time.monotonic()
            for function, event in self.schedule.targets:
                self._start_function(function, event)

    def _start_function(self, function: str, event: str | None) -> None:
        payload = event or json.dumps(_scheduled_event(self.schedule.rule_arn))
        problem = ""
        try:
            response = self._clients.functions.invoke(FunctionName=function, Payload=payload.encode())
            answer = response["Payload"].read()
            if response.get("FunctionError"):
                problem = answer.decode("utf-8", "replace")[:500]
        except (ClientError, BotoCoreError) as error:
            problem = str(error)
        self._runs += 1
        self._failed += bool(problem)
        if problem and problem != self._last_error:
            log.warning("%s: %s", self.schedule.name, problem)
        self._last_error = problem


def _functions(targets: Sequence[TargetOutputTypeDef]) -> tuple[tuple[str, str | None], ...]:
    return tuple((target["Arn"], target.get("Input")) for target in targets if ":function:" in target["Arn"])


def _scheduled_event(rule_arn: str) -> dict[str, Any]:
    """What EventBridge gives to a function that a schedule starts."""
    *_, region, account, _ = rule_arn.split(":", 5)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }


def _read(file: Path) -> set[str]:
    if not file.exists():
        return set()
    try:
        owned = json.loads(file.read_text(encoding="utf-8"))
        return {str(arn) for arn in owned}
    except (OSError, ValueError, TypeError) as cause:
        raise LaptopCloudError("mappings", f"{file} cannot be read: {cause}") from cause
