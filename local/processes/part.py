"""A part of the laptop cloud: what it is before it runs, and how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from local.processes.identity import ProcessIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A long-running process that has to be started.

    Attributes:
        name: what messages, the log file and `divisa status` call it.
        command: program and arguments.
        environ: the whole environment; nothing is inherited.
        ready: asked until it answers True; may raise OSError while nobody listens yet.
        port: the port that it serves on, if it serves.
        prepare: run just before the process starts, and not where it runs already.
        ready_seconds: how long it may take to become ready.
        grace_seconds: how long it may take to end by itself.
    """

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    ready: Callable[[], bool]
    port: int | None = None
    prepare: Callable[[], None] = lambda: None
    ready_seconds: float = 30.0
    grace_seconds: float = 20.0


class PartState(StrEnum):
    """How a part fares."""

    RUNNING = "running"
    STOPPED = "stopped"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A part that was started and not stopped since.

    Attributes:
        started_at: UTC.
    """

    name: str
    identity: ProcessIdentity
    command: tuple[str, ...]
    log: Path
    port: int | None
    grace_seconds: float
    started_at: datetime


@dataclass(frozen=True, slots=True)
class PartStatus:
    """How a part fares now; its record where it was started and not stopped since."""

    name: str
    state: PartState
    record: PartRecord | None = None
