from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import textwrap
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import LaptopCloudError
from local.processes import Part, PartState, ProcessIdentity, Supervisor, free_port
from local.processes.state import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

SERVES = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("serving", flush=True)
    time.sleep(60)
"""
FAILS = """
    print("the ledger is on fire", flush=True)
    raise SystemExit(3)
"""
IGNORES_SIGTERM = """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("serving", flush=True)
    time.sleep(60)
"""
HAS_A_CHILD = """
    import subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    print("serving", child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "cloud"


@pytest.fixture
def supervisor(home: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(home)
    yield supervisor
    for name in supervisor.state.parts:
        supervisor.stop(name)


def part(home: Path, program: str, name: str = "feed", *, ready_seconds: float = 10) -> Part:
    log = home / "logs" / f"{name}.log"
    return Part(
        name=name,
        command=(sys.executable, "-S", "-c", textwrap.dedent(program)),
        environ=dict(os.environ),
        ready=lambda: "serving" in log.read_text(encoding="utf-8"),
        ready_seconds=ready_seconds,
        grace_seconds=0.3,
    )


def test_a_part_that_was_started_runs_under_its_name_with_its_own_log(home: Path, supervisor: Supervisor) -> None:
    record = supervisor.start(part(home, SERVES))

    status = supervisor.status("feed")
    assert (status.state, status.record) == (PartState.RUNNING, record)
    assert record.log.read_text(encoding="utf-8") == "serving\n"


def test_another_command_knows_what_this_one_started(home: Path, supervisor: Supervisor) -> None:
    record = supervisor.start(part(home, SERVES))

    assert Supervisor(home).status("feed").record == record


def test_a_second_start_leaves_the_first_alone(home: Path, supervisor: Supervisor) -> None:
    first = supervisor.start(part(home, SERVES))
    assert Supervisor(home).start(part(home, SERVES)) == first


def test_a_part_that_was_stopped_is_gone_and_forgotten(home: Path, supervisor: Supervisor) -> None:
    record = supervisor.start(part(home, SERVES))

    assert supervisor.stop("feed").state is PartState.RUNNING
    assert not record.identity.alive()
    assert supervisor.status("feed").state is PartState.STOPPED


def test_stopping_what_does_not_run_is_no_error(supervisor: Supervisor) -> None:
    assert supervisor.stop("feed").state is PartState.STOPPED


def test_a_part_that_will_not_stop_is_killed_after_its_grace(home: Path, supervisor: Supervisor) -> None:
    record = supervisor.start(part(home, IGNORES_SIGTERM))

    supervisor.stop("feed")
    assert not record.identity.alive()


def test_a_part_that_fails_at_its_start_is_named_with_the_end_of_its_log(home: Path, supervisor: Supervisor) -> None:
    with pytest.raises(LaptopCloudError, match=r"feed: stopped (?s:.)*the ledger is on fire") as caught:
        supervisor.start(part(home, FAILS))

    assert caught.value.part == "feed"
    assert supervisor.status("feed").state is PartState.STOPPED


def test_a_part_that_is_not_ready_in_time_is_stopped_again(home: Path, supervisor: Supervisor) -> None:
    never = replace(part(home, SERVES, ready_seconds=0.2), ready=lambda: False)

    with pytest.raises(LaptopCloudError, match="not ready within"):
        supervisor.start(never)

    assert supervisor.status("feed").state is PartState.STOPPED


def test_a_program_that_is_not_there_is_named(home: Path, supervisor: Supervisor) -> None:
    missing = replace(part(home, SERVES), command=("/no/such/program",))

    with pytest.raises(LaptopCloudError, match="feed: cannot be started: No such file"):
        supervisor.start(missing)


def test_an_interrupted_start_leaves_nothing_running(home: Path, supervisor: Supervisor) -> None:
    def interrupted() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        supervisor.start(replace(part(home, SERVES), ready=interrupted))

    assert supervisor.status("feed").state is PartState.STOPPED


def test_a_crash_is_reported_by_name_with_the_end_of_the_log(home: Path, supervisor: Supervisor) -> None:
    supervisor.start(part(home, SERVES, name="steady"))
    record = supervisor.start(part(home, SERVES))
    assert supervisor.crashed() is None

    os.kill(record.identity.pid, signal.SIGKILL)
    wait_until_gone(record.identity.pid)

    assert supervisor.status("feed").state is PartState.CRASHED
    crash = supervisor.crashed()
    assert crash is not None
    assert str(crash).startswith("feed: has stopped by itself")
    assert str(crash).endswith("serving")


def test_a_crashed_part_starts_again_and_its_old_log_is_kept(home: Path, supervisor: Supervisor) -> None:
    first = supervisor.start(part(home, SERVES))
    os.kill(first.identity.pid, signal.SIGKILL)
    wait_until_gone(first.identity.pid)

    second = supervisor.start(part(home, SERVES))

    assert second.identity != first.identity
    assert supervisor.status("feed").state is PartState.RUNNING
    assert home.joinpath("logs/feed.previous.log").read_text(encoding="utf-8") == "serving\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="children are found by their mark on Linux only")
def test_the_children_of_a_killed_part_are_ended_with_its_next_start(home: Path, supervisor: Supervisor) -> None:
    record = supervisor.start(part(home, HAS_A_CHILD))
    found = re.search(r"\d+", record.log.read_text(encoding="utf-8"))
    assert found is not None
    os.kill(record.identity.pid, signal.SIGKILL)
    wait_until_gone(record.identity.pid)

    supervisor.start(part(home, SERVES))

    wait_until_gone(int(found.group()))


def test_a_pid_that_somebody_else_has_by_now_is_never_signalled(home: Path, supervisor: Supervisor) -> None:
    stranger = supervisor.start(part(home, SERVES, name="stranger"))
    past = replace(stranger.identity, began="before the last reboot")
    StateFile(home).write(supervisor.state.with_part(replace(stranger, name="feed", identity=past)))

    assert supervisor.status("feed").state is PartState.CRASHED
    supervisor.stop("feed")

    assert stranger.identity.alive()


def test_a_part_keeps_its_port_over_a_stop(home: Path, supervisor: Supervisor) -> None:
    port = supervisor.port_for("feed")
    supervisor.start(replace(part(home, SERVES), port=port))
    assert supervisor.port_for("feed") == port
    supervisor.stop("feed")

    assert supervisor.port_for("feed") == port


def test_a_port_that_somebody_took_is_not_insisted_on() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(preferred=port) != port


@pytest.mark.parametrize("content", ["", "{", "[]", '{"parts": {}}', json.dumps({"parts": {"feed": {}}})])
def test_a_broken_memory_is_an_error_and_not_an_empty_cloud(home: Path, content: str) -> None:
    home.mkdir()
    home.joinpath("state.json").write_text(content, encoding="utf-8")

    with pytest.raises(LaptopCloudError, match=r"state: .*state\.json cannot be read"):
        _ = Supervisor(home).state


def test_two_commands_do_not_change_the_cloud_at_the_same_time(home: Path) -> None:
    with (
        StateFile(home).exclusively(),
        pytest.raises(LaptopCloudError, match="another divisa command"),
        StateFile(home).exclusively(),
    ):
        pytest.fail("both had it")


def wait_until_gone(pid: int) -> None:
    for _ in range(500):
        if ProcessIdentity.of(pid) is None:
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} still runs")
