"""A run, which brings what landed into tables by steps, each of which may be run again.

A step finds what it has to do in the lake itself: what landed and was not received, what was received and is not in
silver, what is in silver and was not accounted for. So what a run that was killed has left is done by any later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from divisa.domain.errors import NotFound, RowsUnaccounted
from lake.engines.session import silver
from lake.loading import accounting, checking, merging, planning, receiving, refreshing
from lake.loading.load import pending, unaccounted
from lake.loading.plan import Plan, Summary, summary_key
from lake.loading.promises import LATELY, Promise, tell
from lake.transformations.catalogue import depending_on

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from lake.contract.contract import Contract
    from lake.engines.session import Session
    from lake.loading.accounting import Entry
    from lake.loading.load import Load
    from lake.storage.objects import Objects


class Step(StrEnum):
    """The steps behind the plan, in their order."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    CHECKS = "checks"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Run:
    """A run at work.

    Attributes:
        name: unlike every other run's.
        started_at: when, UTC.
        objects: the lake.
        contracts: all, by dataset.
        session: has the lake's tables; asked for where they are needed.
        say: told in a line what is done.
        keep_out: takes away from loads, before they are merged, what must not be in the lake any more; gives them back.
        load_beside: loads datasets, and the gold tables made of them, into the databases beside the lake.
    """

    name: str
    started_at: datetime
    objects: Objects
    contracts: Mapping[str, Contract]
    session: Callable[[], Session]
    say: Callable[[str], None] = lambda line: None
    keep_out: Callable[[list[Load]], list[Load]] = lambda loads: loads
    load_beside: Callable[[Collection[str]], None] = lambda datasets: None

    def take(self, step: Step) -> None:
        """Take one step.

        Raises:
            NotFound: there is no plan.
            ConcurrentUpdate: others changed the same table again and again; take the step again.
            RowsUnaccounted: after a step, nobody knows what became of some rows.
            Unavailable: something did not answer; take the step again.
            StoreRefused: a database beside the lake refused what it was given.
        """
        match step:
            case Step.BRONZE:
                self.receive()
            case Step.SILVER:
                self.merge()
            case Step.GOLD:
                self.refresh()
            case Step.CHECKS:
                self.check()
            case Step.PUBLISH:
                self.publish()

    def plan(self) -> Plan:
        """What the run is to do."""
        return planning.plan_of(self.objects, self.name)

    def receive(self) -> None:
        """Keep the bytes of what landed, as they came."""
        for what in receiving.landed(self.objects, self.plan().keys):
            with TemporaryDirectory(prefix="divisa-lake-") as scratch:
                try:
                    load = receiving.receive(self.objects, what, self.contracts, Path(scratch))
                except NotFound:
                    self.say(f"{what.key} is not there any more")
                    continue
            [load] = self.keep_out([load])
            self.say(f"{load.dataset}: received {load.name}, {load.size:,} bytes")

    def merge(self) -> None:
        """Type the rows of every load that is not in silver, and merge them."""
        for dataset in self.plan().datasets:
            loads = self.keep_out(pending(self.objects, dataset))
            for load in loads:
                with TemporaryDirectory(prefix="divisa-lake-") as scratch:
                    found = checking.check(self.objects, load, self.contracts, Path(scratch))
                self.say(f"{dataset}: {load.name}: {found.typed:,} of {found.rows_in:,} rows are good")
            if dataset in self.contracts:
                merging.merge(self.session(), self.objects, self.contracts[dataset], loads)
            else:
                for load in loads:
                    self.objects.put(load.merged, b"")
            self.say(f"{dataset}: merged {len(loads)} loads")

    def refresh(self) -> None:
        """Make the gold tables anew that depend on what changed."""
        for name in depending_on(self.plan().datasets):
            refreshing.refresh(self.session(), self.contracts, name)
            self.say(f"gold: {name}")

    def check(self) -> None:
        """Account for every row of what was merged since the last time."""
        lost = 0
        for dataset in self.plan().datasets:
            entries = self._account(dataset)
            lost += sum(abs(entry.unaccounted) for entry in entries)
            self.say(f"{dataset}: {sum(entry.rows_in for entry in entries):,} rows accounted for")
        if lost:
            raise RowsUnaccounted(self.name, lost)

    def publish(self) -> Summary:
        """Write down what the run did, for whoever looks at runs, and load it into the databases beside the lake."""
        plan = self.plan()
        tables = depending_on(plan.datasets)
        lost = 0
        for dataset in plan.datasets:
            entries = accounting.kept(self.objects, dataset)
            lost += sum(abs(entry.unaccounted) for entry in entries)
            if entries and dataset in self.contracts:
                tell(self.objects, _promise(self.contracts[dataset], entries))
        summary = Summary(self.name, self.started_at, len(plan.keys), plan.datasets, tables, lost)
        self.objects.put(summary_key(self.name), msgspec.json.encode(summary))
        self.load_beside(plan.datasets)
        return summary

    def _account(self, dataset: str) -> list[Entry]:
        """Prove the accounts of loads that have none yet, or were merged again, and bring the others up to date."""
        unsettled = {entry.load.id for entry in accounting.kept(self.objects, dataset) if not entry.is_settled}
        waiting = {load.id for load in pending(self.objects, dataset)}
        new = [load for load in unaccounted(self.objects, dataset, unsettled) if load.id not in waiting]
        contract = self.contracts.get(dataset)
        if contract is None:
            entries = accounting.refused(self.objects, new)
            accounting.keep(None, self.objects, dataset, entries, None)
        else:
            session = self.session()
            entries = accounting.prove(session, self.objects, contract, new)
            accounting.keep(session, self.objects, dataset, entries, merging.prepared(session, silver(contract)))
        for entry in entries:
            if not entry.unaccounted:
                self.objects.put(entry.load.accounted, b"")
        return entries


def _promise(contract: Contract, entries: Sequence[Entry]) -> Promise:
    newest = max(entry.load.received_at for entry in entries)
    lately = [entry for entry in entries if newest - entry.load.received_at <= LATELY]
    return Promise(
        contract.dataset,
        newest,
        contract.freshness,
        contract.market_hours,
        rows=sum(entry.rows_in for entry in lately),
        set_aside=sum(sum(entry.quarantine.values()) for entry in lately),
        tolerated=contract.tolerated,
    )
