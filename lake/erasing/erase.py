"""Erase all who are marked and were not erased yet, zone by zone; whoever was killed at it is gone on for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from lake.engines.session import silver
from lake.erasing import decisions, loads, names, tables
from lake.erasing.markers import markers
from lake.erasing.people import People
from lake.loading import accounting, refreshing
from lake.loading.load import ACCOUNTS, LOADS, UNKNOWN, loads_of
from lake.loading.receiving import RECEIPTS
from lake.transformations.catalogue import depending_on

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from lake.contract.contract import Contract
    from lake.engines.session import Session, Table
    from lake.erasing.tables import Sink
    from lake.loading.load import Load
    from lake.storage.objects import Objects

ERASED: Final = "erased/"
"""Where is written that somebody is gone from the lake, by pseudonym."""
Forget = Callable[[str], int]


class Report(msgspec.Struct, frozen=True):
    """What was done, for everybody together.

    Attributes:
        people: how many persons were looked for.
        loads: loads that had something of theirs.
        rows: rows of those loads that went.
        silver: rows of silver that were theirs; those of the ledger are there again, under pseudonyms.
        decisions: lines of the decision log that went.
        landed: objects of the landing zone that went.
        tables: the gold tables that were made anew.
        unaccounted: rows of those loads of which nobody knows what became: 0, or something is wrong.
        waiting: what may have something of theirs and cannot be touched yet: files that landed and were not received,
            and files of commits at work. While there are any they are not erased, and are looked for the next time.
    """

    people: int
    loads: int = 0
    rows: int = 0
    silver: int = 0
    decisions: int = 0
    landed: int = 0
    tables: tuple[str, ...] = ()
    unaccounted: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Erase:
    """Erases persons of the lake. No run is at work meanwhile.

    Attributes:
        objects: the lake.
        contracts: all, by dataset.
        session: has the lake's tables; asked for where they are needed.
        secret: the stage's key, which made the pseudonyms.
        forget: deletes old versions of objects; a folder has none.
        history: forgets a table's older states, at a moment, and tells how many files it could not judge yet.
        sinks: what silver is loaded to as well.
        load_beside: loads datasets, and the gold tables made of them, into the sinks once more.
        say: told in a line what is done; never whom it is about.
    """

    objects: Objects
    contracts: Mapping[str, Contract]
    session: Callable[[], Session]
    secret: bytes
    forget: Forget = lambda prefix: 0
    history: Callable[[Table, datetime], int] = lambda table, now: 0
    sinks: tuple[Sink, ...] = ()
    load_beside: Callable[[Collection[str]], None] = lambda datasets: None
    say: Callable[[str], None] = lambda line: None

    def __call__(self, now: datetime, *, everybody: bool = False) -> Report:
        """Erase whoever was not erased yet. To do it again, or to go on after a crash, is safe.

        Args:
            now: UTC.
            everybody: look once more for those as well who were erased.

        Raises:
            StoreUnavailable: something did not answer; doing it again is safe.
            StoreRefused: a sink refused; nobody counts as erased before it does as it is asked.
            ConcurrentUpdate: others changed a table again and again meanwhile.
        """
        done = {each.key.removeprefix(ERASED) for each in self.objects.listed(ERASED)}
        new = [each for each in markers(self.objects) if everybody or f"{each.pseudonym}.json" not in done]
        if not new:
            return Report(0)
        report = self._erase(People(self.secret, new), len(new), now)
        if not report.waiting and not report.unaccounted:
            for marker in new:
                self.objects.put(f"{ERASED}{marker.pseudonym}.json", msgspec.json.encode({"erased_at": now}))
        self.say(f"{report.people} persons, {report.rows:,} rows; {report.waiting} objects have to wait")
        return report

    def _erase(self, people: People, count: int, now: datetime) -> Report:
        touched: dict[str, list[Load]] = {}
        for dataset in (*self.contracts, UNKNOWN):
            if theirs := self._loads(dataset, people):
                touched[dataset] = theirs
                self.say(f"{dataset}: {len(theirs)} loads")
        lines = decisions.erase(self.objects, people)
        rows, lost = 0, 0
        for dataset, theirs in touched.items():
            if dataset in self.contracts:
                contract = self.contracts[dataset]
                rows += tables.erase(self.session(), self.objects, contract, people, theirs, self.sinks)
            entries = tables.account(self.session(), self.objects, dataset, self.contracts.get(dataset), theirs)
            lost += sum(abs(entry.unaccounted) for entry in entries)
        gold = depending_on(touched)
        for name in gold:
            refreshing.refresh(self.session(), self.contracts, name)
        made = [silver(self.contracts[each]) for each in touched if each in self.contracts]
        left = sum(self.history(table, now) for table in (*made, *map(refreshing.gold, gold)))
        self.load_beside([each for each in touched if each in self.contracts])
        landed = names.unland(
            self.objects, people, {load.sha256 for some in touched.values() for load in some}, self.forget
        )
        names.rename_in_runs(self.objects, people)
        self._forget(touched, gold)
        return Report(
            people=count,
            loads=sum(map(len, touched.values())),
            rows=sum(loads.erased(self.objects, load, people) for some in touched.values() for load in some),
            silver=rows,
            decisions=lines,
            landed=landed,
            tables=gold,
            unaccounted=lost,
            waiting=left + names.waiting(self.objects, people),
        )

    def _loads(self, dataset: str, people: People) -> list[Load]:
        """Erase them of a dataset's loads; gives those that had something of theirs."""
        told = {entry.load.id: entry.load for entry in accounting.kept(self.objects, dataset)}
        theirs = []
        for load in loads_of(self.objects, dataset):
            renamed = names.rename(self.objects, people, load, self.forget)
            # Whoever was killed behind the renaming has left the old name in the accounts.
            named = renamed != load or renamed != told.get(load.id, renamed)
            if loads.erase(self.objects, renamed, self.contracts, people) or named:
                theirs.append(renamed)
        return theirs

    def _forget(self, touched: Mapping[str, list[Load]], gold: tuple[str, ...]) -> None:
        """Delete old versions of all that was rewritten; where nothing but erasing rewrites, of the whole zone."""
        for prefix in (f"{LOADS}/", RECEIPTS, names.RUNS, *decisions.PREFIXES):
            self.forget(prefix)
        for name in gold:
            self.forget(f"gold/{name}/")
        for dataset, some in touched.items():
            self.forget(f"silver/{dataset}/")
            self.forget(f"{ACCOUNTS}/dataset={dataset}/")
            for load in some:
                for key in (load.bronze, load.typed, load.quarantine, load.late):
                    self.forget(key)
