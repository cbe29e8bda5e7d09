"""Functions that a schedule starts, started by the mappings process sixty times as often as their rules say."""

from __future__ import annotations

import io
import json
import time
import zipfile
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.stream_world import StreamWorld, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration

# The function writes what it is given to a file; while a file says so it fails, or takes its time.
FUNCTION = """
import json, os, time

def handler(event, context):
    print("begun")
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(json.dumps([time.time(), event]) + chr(10))
    if os.path.exists(os.environ["SEEN"] + ".fails"):
        raise RuntimeError("no model")
    if os.path.exists(os.environ["SEEN"] + ".slow"):
        time.sleep(2.5)
    with open(os.environ["SEEN"] + ".ended", "a") as ended:
        ended.write(repr(time.time()) + chr(10))
"""


class ScheduleWorld(StreamWorld):
    """One test's function and the rule that starts it."""

    def make_scheduled_function(self) -> str:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr("function.py", FUNCTION)
        made = self.client("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.12",
            Role="arn:aws:iam::000000000000:role/test",
            Handler="function.handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"SEEN": str(self.seen_file)}},
            Timeout=30,
        )
        return str(made["FunctionArn"])

    def schedule(self, expression: str, function: str, **target: Any) -> None:
        events = self.client("events")
        events.put_rule(Name=self.name, ScheduleExpression=expression)
        events.put_targets(Rule=self.name, Targets=[{"Id": "target", "Arn": function, **target}])

    def state(self) -> str:
        """Whether the emulator would start the function by itself."""
        return str(self.client("events").describe_rule(Name=self.name)["State"])

    def runs(self) -> list[tuple[float, Any]]:
        """Beginning (epoch seconds) and event of each run."""
        if not self.seen_file.exists():
            return []
        return [(at, event) for at, event in map(json.loads, self.seen_file.read_text().splitlines())]

    def ended(self) -> list[float]:
        file = self.folder / f"{self.seen_file.name}.ended"
        return [float(line) for line in file.read_text().splitlines()] if file.exists() else []

    def mark(self, what: str) -> Path:
        file = self.folder / f"{self.seen_file.name}.{what}"
        file.touch()
        return file

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "status.json").read_text())["schedules"].get(self.name, {})
        return found

    def clean(self) -> None:
        self.client("events").remove_targets(Rule=self.name, Ids=["target"])
        self.client("events").delete_rule(Name=self.name)


@pytest.fixture
def world(ministack: BareMiniStack, tmp_path: Path) -> Iterator[ScheduleWorld]:
    world = ScheduleWorld(ministack, tmp_path)
    yield world
    world.clean()


def test_a_function_runs_sixty_times_as_often_as_its_rule_says_and_is_told_what_eventbridge_tells(
    world: ScheduleWorld,
) -> None:
    world.schedule("rate(1 minute)", world.make_scheduled_function())
    with world.running():
        eventually(lambda: len(world.runs()) >= 4, "some runs")
        assert world.state() == "DISABLED"

    begun = [at for at, _ in world.runs()]
    gaps = [later - earlier for earlier, later in zip(begun, begun[1:], strict=False)]
    assert median(gaps) > 0.7
    event = world.runs()[0][1]
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")
    assert event["resources"] == [f"arn:aws:events:us-east-1:000000000000:rule/{world.name}"]


def test_a_target_with_an_input_of_its_own_gets_it(world: ScheduleWorld) -> None:
    world.schedule("rate(1 minute)", world.make_scheduled_function(), Input='{"pair": "USD/MXN"}')
    with world.running():
        eventually(lambda: bool(world.runs()), "a run")

    assert world.runs()[0][1] == {"pair": "USD/MXN"}


def test_a_run_that_takes_longer_than_its_interval_delays_the_next_and_overlaps_with_none(world: ScheduleWorld) -> None:
    world.mark("slow")
    world.schedule("rate(1 minute)", world.make_scheduled_function())
    with world.running():
        eventually(lambda: len(world.ended()) >= 2, "two runs to their ends")

    assert world.runs()[1][0] >= world.ended()[0]


def test_a_run_that_fails_is_reported_once_and_the_schedule_goes_on(world: ScheduleWorld) -> None:
    fails = world.mark("fails")
    world.schedule("rate(1 minute)", world.make_scheduled_function())
    with world.running():
        eventually(lambda: len(world.runs()) >= 3, "runs that fail")
        eventually(lambda: world.status()["failed"] >= 2, "the status says so")
        assert "no model" in world.status()["last_error"]
        fails.unlink()
        eventually(lambda: bool(world.ended()), "a run that does not fail")
        eventually(lambda: world.status()["last_error"] == "", "the status says so")

    assert (world.folder / "mappings.log").read_text().count("no model") == 1


def test_a_killed_process_goes_on_after_its_start_though_the_rule_is_disabled(world: ScheduleWorld) -> None:
    world.schedule("rate(1 minute)", world.make_scheduled_function())
    process = world.start()
    eventually(lambda: bool(world.runs()), "a run")
    process.kill()
    process.wait()
    time.sleep(0.5)
    before = len(world.runs())

    with world.running():
        eventually(lambda: len(world.runs()) > before, "a run of the new process")


def test_a_deleted_rule_and_a_changed_one_are_noticed(world: ScheduleWorld) -> None:
    function = world.make_scheduled_function()
    world.schedule("rate(1 hour)", function)
    with world.running():
        eventually(lambda: world.status().get("every_seconds") == 60.0, "it is taken over")
        assert world.runs() == []

        world.schedule("rate(1 minute)", function)
        eventually(lambda: bool(world.runs()), "a run by the new rate")

        world.clean()
        log = world.folder / "mappings.log"
        eventually(lambda: f"{world.name}: deleted, stopped" in log.read_text(), "its end")

    assert json.loads((world.folder / "schedules.json").read_text()) == []
    world.schedule("rate(1 minute)", function)  # for the clean-up


def test_a_cron_schedule_is_left_to_the_emulator(world: ScheduleWorld) -> None:
    world.schedule("cron(0 3 * * ? *)", world.make_scheduled_function())
    with world.running():
        time.sleep(1.5)

    assert world.state() == "ENABLED"
    assert world.runs() == []
