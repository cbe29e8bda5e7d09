"""The parts of a night's upkeep, each of which may be done again, by itself, and ended at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from divisa.domain.errors import RowsUnaccounted
from lake.engines.session import silver
from lake.loading.merging import persistently
from lake.loading.refreshing import gold
from lake.transformations.catalogue import transformations
from lake.upkeep.keeping import keep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lake.contract.contract import Contract
    from lake.engines.session import Session, Table
    from lake.erasing.erase import Report
    from lake.storage.objects import Objects


class Part(StrEnum):
    """The parts, in their order."""

    ERASE = "erase"
    KEEP = "keep"
    EXPORT = "export"
    COMPACT = "compact"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Keeps a lake up.

    Attributes:
        name: of this time.
        now: when it began, UTC.
        objects: the lake.
        contracts: all, by dataset.
        session: has the lake's tables; asked for where they are needed.
        erase: erases, at a moment, whoever is marked and was not erased yet.
        export: writes the files anew that a model learns from; tells in a line what it did.
        compact: puts the small files of a table together, if it is there; tells how many these were.
        expire: forgets, at a moment, what nobody reads any more of a table, if it is there; tells how many files went.
        say: told in a line what was done; never about whom.
    """

    name: str
    now: datetime
    objects: Objects
    contracts: Mapping[str, Contract]
    session: Callable[[], Session]
    erase: Callable[[datetime], Report]
    export: Callable[[], str]
    compact: Callable[[Table], int]
    expire: Callable[[Table, datetime], int]
    say: Callable[[str], None] = lambda line: None

    def take(self, part: Part) -> None:
        """Do one part.

        Raises:
            ConcurrentUpdate: others changed the same table again and again; do it again.
            RowsUnaccounted: nobody knows what became of some rows of loads that somebody was erased of.
            StoreUnavailable: something did not answer; do it again.
        """
        match part:
            case Part.ERASE:
                self._erase()
            case Part.KEEP:
                for contract in self.contracts.values():
                    if contract.keep is not None:
                        rows = keep(self.session(), self.objects, contract, self.now)
                        self.say(f"{contract.dataset}: {rows:,} rows were too old to be kept")
            case Part.EXPORT:
                self.say(self.export())
            case Part.COMPACT:
                for table in self._tables():
                    if files := self.compact(table):
                        self.say(f"{table.zone}.{table.name}: {files:,} small files put together")
            case Part.FORGET:
                for table in self._tables():
                    if files := persistently(partial(self.expire, table, self.now)):
                        self.say(f"{table.zone}.{table.name}: {files:,} files of older states forgotten")

    def _erase(self) -> None:
        report = self.erase(self.now)
        if not report.people:
            self.say("nobody is to be erased")
        if report.unaccounted:
            raise RowsUnaccounted(self.name, report.unaccounted)

    def _tables(self) -> list[Table]:
        return [*map(silver, self.contracts.values()), *map(gold, transformations())]
