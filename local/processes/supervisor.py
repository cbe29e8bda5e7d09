"""Starts the parts of the laptop cloud, keeps their records, and ends them."""

from __future__ import annotations

import subprocess
import time
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from divisa.domain.errors import LaptopCloudError
from local.home import ROOT
from local.processes.identity import ProcessIdentity
from local.processes.leftovers import end_leftovers, mark
from local.processes.part import Part, PartRecord, PartState, PartStatus
from local.processes.ports import free_port
from local.processes.state import State, StateFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

_POLL_SECONDS = 0.05
_TAIL_LINES = 15


class Supervisor:
    """The parts that run under one folder.

    Args:
        home: the folder that holds `state.json` and `logs/`; made where it is missing.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = StateFile(home)

    @property
    def state(self) -> State:
        """What is on record now."""
        return self._file.read()

    def exclusively(self) -> AbstractContextManager[None]:
        """Hold off every other command that starts or stops parts here.

        Raises:
            LaptopCloudError: another one is at it.
        """
        return self._file.exclusively()

    def port_for(self, name: str) -> int:
        """A free port for a part: the one that it had before where possible. Put on record at once."""
        state = self._file.read()
        running = state.parts.get(name)
        if running is not None and running.port is not None and running.identity.alive():
            return running.port
        port = free_port(preferred=state.ports.get(name))
        self._file.write(replace(state, ports={**state.ports, name: port}))
        return port

    def start(self, part: Part) -> PartRecord:
        """Start a part and wait until it is ready; one that runs already is left alone.

        Raises:
            LaptopCloudError: it ended, or was not ready in time; with the end of its log. It does not run then.
        """
        if self.begin(part):
            self.wait(part)
        return self._file.read().parts[part.name]

    def begin(self, part: Part) -> bool:
        """Start a part without waiting until it is ready; one that runs already is left alone.

        Returns:
            Whether it was started, so that somebody has to `wait`.

        Raises:
            LaptopCloudError: it ended at once; with the end of its log.
        """
        if self.status(part.name).state is PartState.RUNNING:
            return False
        end_leftovers(self._home, part.name)
        log = self._home / "logs" / f"{part.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        part.prepare()
        identity = _spawn(part, log, mark(self._home, part.name))
        record = PartRecord(
            name=part.name,
            identity=identity,
            command=part.command,
            log=log,
            port=part.port,
            grace_seconds=part.grace_seconds,
            started_at=datetime.now(UTC),
        )
        try:
            self._file.write(self._file.read().with_part(record))
        except BaseException:
            self._end(record)
            raise
        return True

    def wait(self, part: Part) -> None:
        """Wait until a part is ready that was begun.

        Raises:
            LaptopCloudError: it ended, or was not ready in time; with the end of its log. It does not run then.
        """
        record = self._file.read().parts[part.name]
        try:
            self._await_ready(part, record)
        except BaseException:
            self._end(record)
            raise

    def stop(self, name: str) -> PartStatus:
        """Stop a part: SIGTERM, then SIGKILL after its grace. What does not run is only forgotten.

        Returns:
            How it fared before.
        """
        before = self.status(name)
        if before.record is not None:
            self._end(before.record)
        return before

    def status(self, name: str) -> PartStatus:
        """How a part fares: crashed where it is on record and its process is gone."""
        record = self._file.read().parts.get(name)
        if record is None:
            return PartStatus(name, PartState.STOPPED)
        state = PartState.RUNNING if record.identity.alive() else PartState.CRASHED
        return PartStatus(name, state, record)

    def crashed(self) -> LaptopCloudError | None:
        """The first part that ended without being stopped, with the end of its log."""
        for record in self._file.read().parts.values():
            if not record.identity.alive():
                return _failure(record, "has stopped by itself")
        return None

    def _await_ready(self, part: Part, record: PartRecord) -> None:
        deadline = time.monotonic() + part.ready_seconds
        while True:
            if not record.identity.alive():
                raise _failure(record, "stopped while it was starting")
            if _ready(part):
                return
            if time.monotonic() >= deadline:
                raise _failure(record, f"was not ready within {part.ready_seconds:.0f} s")
            time.sleep(_POLL_SECONDS)

    def _end(self, record: PartRecord) -> None:
        record.identity.end(record.grace_seconds)
        end_leftovers(self._home, record.name)
        self._file.write(self._file.read().without_part(record.name))


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """The last lines of a log file; empty where there is none."""
    try:
        with log.open(encoding="utf-8", errors="replace") as text:
            return "".join(deque(text, maxlen=lines)).rstrip()
    except FileNotFoundError:
        return ""


def _spawn(part: Part, log: Path, marked: Mapping[str, str]) -> ProcessIdentity:
    with log.open("wb") as output:
        try:
            child = subprocess.Popen(  # noqa: S603 - the command is the cloud's own
                part.command,
                cwd=ROOT,
                env={**part.environ, **marked},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise LaptopCloudError(part.name, f"cannot be started: {error.strerror}") from error
    identity = ProcessIdentity.of(child.pid)
    # It is meant to outlive us; this tells Popen's finaliser, which would complain, that nobody waits for it.
    child.returncode = 0
    if identity is None:
        raise LaptopCloudError(part.name, f"stopped at once; the end of its log ({log}):\n{tail(log)}")
    return identity


def _ready(part: Part) -> bool:
    try:
        return part.ready()
    except OSError:
        return False


def _failure(record: PartRecord, what: str) -> LaptopCloudError:
    end = tail(record.log) or "(empty)"
    return LaptopCloudError(record.name, f"{what}; the end of its log ({record.log}):\n{end}")
