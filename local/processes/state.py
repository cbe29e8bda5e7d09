"""The memory of the laptop cloud: one JSON file, replaced as a whole so that a reader never sees half of it."""

from __future__ import annotations

import contextlib
import fcntl
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import LaptopCloudError
from local.json_file import replace_json
from local.processes.identity import ProcessIdentity
from local.processes.part import PartRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class State:
    """What has to be known after the command that did it has ended.

    Attributes:
        parts: what was started and not stopped, in the order of starting.
        ports: the port that each part last had; kept while it is stopped.
    """

    parts: Mapping[str, PartRecord] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)

    def with_part(self, record: PartRecord) -> State:
        """This state after a part was started."""
        ports = self.ports if record.port is None else {**self.ports, record.name: record.port}
        return replace(self, parts={**self.parts, record.name: record}, ports=ports)

    def without_part(self, name: str) -> State:
        """This state after a part was stopped."""
        return replace(self, parts={key: part for key, part in self.parts.items() if key != name})


class StateFile:
    """Reads and replaces the state under a folder.

    Args:
        home: the folder, made where it is missing.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "state.json"
        self._lock = home / "state.lock"

    def read(self) -> State:
        """The state; empty where nothing was ever started.

        Raises:
            LaptopCloudError: the file is not one that this program wrote.
        """
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return State(
                parts={name: _record(name, fields) for name, fields in found["parts"].items()},
                ports={name: int(port) for name, port in found["ports"].items()},
            )
        except FileNotFoundError:
            return State()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = f"{self._path} cannot be read; end what still runs by hand, then delete the file"
            raise LaptopCloudError("state", problem) from error

    def write(self, state: State) -> None:
        """Replace the state, atomically."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        parts = {name: _fields(record) for name, record in state.parts.items()}
        replace_json(self._path, {"parts": parts, "ports": dict(state.ports)})

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold off every other command that starts or stops parts.

        Raises:
            LaptopCloudError: another one is at it.
        """
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                problem = "another divisa command is starting or stopping it; wait until that has ended"
                raise LaptopCloudError("laptop cloud", problem) from error
            yield


def _fields(record: PartRecord) -> dict[str, Any]:
    return {
        "pid": record.identity.pid,
        "began": record.identity.began,
        "command": list(record.command),
        "log": str(record.log),
        "port": record.port,
        "grace_seconds": record.grace_seconds,
        "started_at": record.started_at.isoformat(),
    }


def _record(name: str, fields: Mapping[str, Any]) -> PartRecord:
    return PartRecord(
        name=name,
        identity=ProcessIdentity(int(fields["pid"]), str(fields["began"])),
        command=tuple(fields["command"]),
        log=Path(fields["log"]),
        port=None if fields["port"] is None else int(fields["port"]),
        grace_seconds=float(fields["grace_seconds"]),
        started_at=datetime.fromisoformat(fields["started_at"]),
    )
