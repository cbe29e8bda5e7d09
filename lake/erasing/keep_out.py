"""Whoever was erased stays so: a load that names them again, a file delivered once more, loses their rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lake.erasing import loads, names
from lake.erasing.markers import markers
from lake.erasing.people import People

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lake.contract.contract import Contract
    from lake.loading.load import Load
    from lake.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class KeepOut:
    """Keeps all out who were ever marked; asked by a run about each load once it is received, and before it is merged.

    Attributes:
        objects: the lake.
        contracts: all, by dataset.
        secret: the stage's key, which made the pseudonyms.
        forget: deletes old versions of objects; a folder has none.
    """

    objects: Objects
    contracts: Mapping[str, Contract]
    secret: bytes
    forget: Callable[[str], int] = lambda prefix: 0

    def __call__(self, some: list[Load]) -> list[Load]:
        """Take their rows away from loads that were received; gives the loads as they are then."""
        people = People(self.secret, markers(self.objects))
        if not people:
            return some
        renamed = [names.rename(self.objects, people, load, self.forget) for load in some]
        theirs = [
            after
            for before, after in zip(some, renamed, strict=True)
            if loads.erase(self.objects, after, self.contracts, people) or after != before
        ]
        if theirs:
            names.unland(self.objects, people, {load.sha256 for load in theirs}, self.forget)
            names.rename_in_runs(self.objects, people)
            for load in theirs:
                for key in (load.manifest, load.checked, load.bronze, load.typed, load.quarantine):
                    self.forget(key)
        return renamed
