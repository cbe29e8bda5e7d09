"""Whose turn it is: steps of runs are at work side by side, upkeep alone; each waits for the other.

Whoever is at work has an object in the lake that says until when, and puts it anew every now and then: of whoever was
killed it soon says that nobody is there. Each puts its own object first, and only then looks at the other's. S3 shows
what was put to all who look afterwards, so of two at once at least one sees the other.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.domain.errors import ConcurrentUpdate, NotFound, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lake.storage.objects import Objects

AT_WORK: Final = "work/"
"""Where is written who is at work."""
_STEPS: Final = f"{AT_WORK}steps/"
_UPKEEP: Final = f"{AT_WORK}upkeep"


class _Worker(msgspec.Struct, frozen=True):
    name: str
    until: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns of those who work on one lake.

    Attributes:
        objects: the lake.
        lasting: after so long somebody of whom nothing was heard is not at work any more.
        patience: how long to wait for a turn.
        poll: how long between two looks.
    """

    objects: Objects
    lasting: timedelta = timedelta(minutes=5)
    patience: timedelta = timedelta(minutes=20)
    poll: timedelta = timedelta(seconds=2)

    @contextmanager
    def of_step(self, name: str) -> Iterator[None]:
        """A turn beside other steps, while nobody keeps the lake up.

        Args:
            name: unlike that of every other step that is at work.

        Raises:
            ConcurrentUpdate: upkeep went on for longer than anybody waits; take the step again.
        """
        key = f"{_STEPS}{name}"

        def entered() -> bool:
            self.objects.put(key, self._says(name))
            if self._is_there(_UPKEEP):
                self.objects.remove(key)
                return False
            return True

        self._wait(entered)
        try:
            with self._heard(lambda: self.objects.put(key, self._says(name))):
                yield
        finally:
            self.objects.remove(key)

    @contextmanager
    def of_upkeep(self, name: str) -> Iterator[None]:
        """A turn of its own. No step begins meanwhile, and those at work come to their end before.

        Args:
            name: whoever comes back under the same one after a crash goes on at once.

        Raises:
            ConcurrentUpdate: others were at work for longer than anybody waits; do it again.
        """
        self._wait(lambda: self._take(name))
        try:
            with self._heard(lambda: self._take(name)):
                self._wait(lambda: not any(self._is_there(each.key) for each in self.objects.listed(_STEPS)))
                yield
        finally:
            if self._holder() == name:
                self.objects.remove(_UPKEEP)

    def _take(self, name: str) -> bool:
        there = self.objects.find(_UPKEEP)
        if there is not None and self._is_there(_UPKEEP) and self._holder() != name:
            return False
        return self.objects.put_over(_UPKEEP, self._says(name), None if there is None else there.tag)

    def _holder(self) -> str | None:
        worker = self._worker(_UPKEEP)
        return None if worker is None else worker.name

    def _is_there(self, key: str) -> bool:
        worker = self._worker(key)
        return worker is not None and worker.until > _now()

    def _worker(self, key: str) -> _Worker | None:
        try:
            return msgspec.json.decode(self.objects.read(key), type=_Worker)
        except NotFound:
            return None

    def _says(self, name: str) -> bytes:
        return msgspec.json.encode(_Worker(name, _now() + self.lasting.total_seconds()))

    def _wait(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self.patience.total_seconds()
        while not until():
            if time.monotonic() > deadline:
                raise ConcurrentUpdate("others are at work in the lake, and go on for too long")
            time.sleep(self.poll.total_seconds())

    @contextmanager
    def _heard(self, say: Callable[[], object]) -> Iterator[None]:
        """Let others hear that somebody is at work for as long as that is so."""
        done = threading.Event()

        def go_on() -> None:
            while not done.wait(self.lasting.total_seconds() / 5):
                with suppress(StoreUnavailable):
                    say()

        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _now() -> float:
    return datetime.now(UTC).timestamp()
