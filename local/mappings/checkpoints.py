"""Where each shard of each owned mapping stands, on disk."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from divisa.domain.errors import LaptopCloudError
from local.json_file import replace_json

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class _Owned:
    since: float
    positions: dict[str, str] = field(default_factory=dict)
    drained: list[str] = field(default_factory=list)


class Checkpoints:
    """One JSON file a mapping, replaced atomically: a kill at any time leaves the old or the new one.

    What was handled after the last save is handled again after a restart (at least once).

    Args:
        folder: where the files are; made when missing.

    Raises:
        LaptopCloudError: a file there cannot be read; names it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._owned = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}

    def owned(self) -> set[str]:
        """Ids of the mappings that were taken over."""
        with self._lock:
            return set(self._owned)

    def adopt(self, uuid: str, since: float) -> None:
        """Take a mapping over; its `LATEST` means from `since` (epoch seconds) on. An earlier adoption stays."""
        with self._lock:
            if uuid not in self._owned:
                self._owned[uuid] = _Owned(since)
                self._write(uuid)

    def forget(self, uuid: str) -> None:
        """Drop all that is known of a mapping."""
        with self._lock:
            self._owned.pop(uuid, None)
            self._path(uuid).unlink(missing_ok=True)

    def since(self, uuid: str) -> float:
        """Epoch seconds at which the mapping began."""
        with self._lock:
            return self._owned[uuid].since

    def position(self, uuid: str, shard_id: str) -> str | None:
        """Sequence number up to which a shard is done; None before its first record."""
        with self._lock:
            return self._owned[uuid].positions.get(shard_id)

    def save(self, uuid: str, shard_id: str, sequence: str) -> None:
        """Record that a shard is done up to `sequence`. A mapping that was forgotten meanwhile stays forgotten."""
        with self._lock:
            if uuid in self._owned:
                self._owned[uuid].positions[shard_id] = sequence
                self._write(uuid)

    def drained(self, uuid: str) -> set[str]:
        """Shards that were closed and are done to their end."""
        with self._lock:
            return set(self._owned[uuid].drained)

    def drain(self, uuid: str, shard_id: str) -> None:
        """Record that a closed shard is done to its end."""
        with self._lock:
            if uuid in self._owned and shard_id not in self._owned[uuid].drained:
                self._owned[uuid].drained.append(shard_id)
                self._write(uuid)

    def _path(self, uuid: str) -> Path:
        return self._folder / f"{uuid}.json"

    def _write(self, uuid: str) -> None:
        owned = self._owned[uuid]
        content = {"since": owned.since, "positions": owned.positions, "drained": owned.drained}
        replace_json(self._path(uuid), content)


def _read(path: Path) -> _Owned:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _Owned(float(content["since"]), dict(content["positions"]), list(content["drained"]))
    except (OSError, ValueError, KeyError, TypeError) as cause:
        problem = f"checkpoint {path} cannot be read ({cause}); delete it to start its mapping anew"
        raise LaptopCloudError("mappings", problem) from cause
