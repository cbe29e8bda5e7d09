"""Tombstones in a dictionary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from divisa.domain.erasure import Erasure
from divisa.domain.errors import ConcurrentUpdate

if TYPE_CHECKING:
    from datetime import datetime


class MemoryErasures:
    """`Erasures` of one process."""

    def __init__(self) -> None:
        self._stored: dict[str, Erasure] = {}

    def begin(self, pseudonym: str, at: datetime) -> Erasure:
        """Set a tombstone; returns the one that stands there now, which may be an earlier one."""
        return self._stored.setdefault(pseudonym, Erasure(pseudonym, at))

    def find(self, pseudonym: str) -> Erasure | None:
        """The tombstone; None when there is none."""
        return self._stored.get(pseudonym)

    def finish(self, pseudonym: str, at: datetime) -> None:
        """Write down that nothing of the person is left; of several times the first counts.

        Raises:
            ConcurrentUpdate: there is no tombstone.
        """
        found = self._stored.get(pseudonym)
        if found is None:
            raise ConcurrentUpdate("there is no such erasure")
        if found.erased_at is None:
            self._stored[pseudonym] = replace(found, erased_at=at)
