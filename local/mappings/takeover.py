"""Finding the stream mappings and schedules, taking them over, keeping shards polled and functions started."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import DivisaError
from local.json_file import replace_json
from local.mappings.crew import Crew
from local.mappings.mapping import STREAM_SERVICES, Mapping, from_api, service_of

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef

    from local.mappings.checkpoints import Checkpoints
    from local.mappings.clients import Clients
    from local.mappings.schedules import Schedules

log = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
"""How soon a new mapping, shard or setting is noticed."""
_ENABLED = {"Creating", "Enabling", "Enabled", "Updating"}
_STOP_SECONDS = 1.5


class Takeover:
    """Owns every stream mapping and every schedule that was ever enabled here.

    Args:
        clients: the AWS clients.
        checkpoints: which mappings are owned, and how far each shard is.
        schedules: those of the functions that a clock starts.
        status_file: rewritten every round with what each mapping does.
    """

    def __init__(self, clients: Clients, checkpoints: Checkpoints, schedules: Schedules, status_file: Path) -> None:
        self._clients = clients
        self._checkpoints = checkpoints
        self._schedules = schedules
        self._status_file = status_file
        self._crews: dict[str, Crew] = {}
        self._complaints: dict[str, str] = {}
        self._rounds = 0

    def run(self, stop: threading.Event, ready: threading.Event) -> None:
        """Do rounds until `stop`; set `ready` after the first that reached the emulator and took all mappings over."""
        while not stop.is_set():
            try:
                self.round()
                ready.set()
                self._complain("mappings", "")
            except (DivisaError, BotoCoreError, ClientError, OSError) as cause:
                self._complain("mappings", f"{type(cause).__name__}: {cause}")
            except Exception:
                log.exception("unexpected")
            stop.wait(ROUND_SECONDS)
        self._stop()

    def round(self) -> None:
        """Look once at all mappings and schedules, and start and stop what has to be."""
        described = self._described()
        for uuid in (self._checkpoints.owned() | set(self._crews)) - set(described):
            self._retire(uuid)
        for uuid, one in described.items():
            try:
                self._keep(uuid, one)
            except (DivisaError, BotoCoreError, ClientError, OSError) as cause:
                self._complain(uuid, f"{type(cause).__name__}: {cause}")
            else:
                self._complain(uuid, "")
        try:
            self._schedules.round()
        except (BotoCoreError, ClientError, OSError) as cause:
            self._complain("schedules", f"{type(cause).__name__}: {cause}")
        else:
            self._complain("schedules", "")
        self._rounds += 1
        replace_json(self._status_file, self.status())

    def status(self) -> dict[str, Any]:
        """What each mapping and schedule does, for people and programs (by name, problems included)."""
        return {
            "updated_at": time.time(),
            "rounds": self._rounds,
            "mappings": {crew.mapping.name: crew.status() for crew in self._crews.values()},
            "schedules": self._schedules.status(),
            "problems": dict(self._complaints),
        }

    def _described(self) -> dict[str, EventSourceMappingConfigurationTypeDef]:
        pages = self._clients.functions.get_paginator("list_event_source_mappings").paginate()
        every = [one for page in pages for one in page["EventSourceMappings"]]
        return {one["UUID"]: one for one in every if service_of(one.get("EventSourceArn", "")) in STREAM_SERVICES}

    def _keep(self, uuid: str, described: EventSourceMappingConfigurationTypeDef) -> None:
        enabled = described.get("State") in _ENABLED
        if enabled:
            # Owned first, disabled second: a kill in between leaves a mapping that the next start disables.
            self._checkpoints.adopt(uuid, described["LastModified"].timestamp())
            self._clients.functions.update_event_source_mapping(UUID=uuid, Enabled=False)
        if uuid not in self._checkpoints.owned():
            return
        mapping = from_api(described)
        crew = self._crews.get(uuid)
        if crew is not None and crew.mapping != mapping:
            crew.stop()
            if not crew.stopped:
                return
            crew = None
        if crew is None:
            crew = self._crews[uuid] = self._crew(mapping)
        crew.complete()

    def _crew(self, mapping: Mapping) -> Crew:
        crew = Crew(mapping, self._clients, self._checkpoints)
        log.info("%s: taken over", mapping.name)
        return crew

    def _retire(self, uuid: str) -> None:
        crew = self._crews.get(uuid)
        if crew is not None:
            crew.stop()
            if not crew.stopped:
                return
            del self._crews[uuid]
            log.info("%s: deleted, stopped", crew.mapping.name)
        self._complaints.pop(uuid, None)
        self._checkpoints.forget(uuid)

    def _complain(self, about: str, problem: str) -> None:
        """Log a problem when it is new, not every round."""
        if problem and self._complaints.get(about) != problem:
            crew = self._crews.get(about)
            log.warning("%s: %s", crew.mapping.name if crew else about, problem)
        if problem:
            self._complaints[about] = problem
        elif self._complaints.pop(about, None):
            log.info("%s: recovered", about)

    def _stop(self) -> None:
        works: list[Crew | Schedules] = [*self._crews.values(), self._schedules]
        for work in works:
            work.stop()
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline and not all(work.stopped for work in works):
            time.sleep(0.01)
        for crew in self._crews.values():
            if not crew.stopped:
                log.warning("%s: left an invocation in flight; it is delivered again", crew.mapping.name)
