"""What changed in the lake's tables, loaded into every sink that there is.

For each sink and table is written down which state of the table was loaded last. So whoever publishes finds in the lake
what is to be done, loads what changed since then alone, and makes up for loads that failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from divisa.domain.errors import ConcurrentUpdate, DivisaError, Unavailable
from lake.contract.contract import Sink
from lake.loading.merging import persistently
from lake.sinks.gold import KEYS, gold_table, keyed
from lake.sinks.table import SinkTable, sinks_of
from lake.sinks.target import FILES
from lake.transformations.catalogue import depending_on

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from lake.contract.contract import Contract
    from lake.sinks.changes import Change
    from lake.sinks.loaded import Loaded
    from lake.sinks.target import Target
    from lake.storage.objects import Objects

PUBLISHED: Final = "published/"
"""Where is written which state of a table a sink has."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """Loads the lake's tables into sinks.

    Attributes:
        objects: the lake.
        contracts: all, by dataset.
        changes: what changed in a table, by zone and name, since a state.
        targets: the sinks that there are.
        say: told in a line what is done.
    """

    objects: Objects
    contracts: Mapping[str, Contract]
    changes: Callable[[str, str, str | None], Change | None]
    targets: Mapping[Sink, Target]
    say: Callable[[str], None] = lambda line: None

    def __call__(self, datasets: Collection[str]) -> None:
        """Load what changed of some datasets and of the gold tables made of them, and what earlier loads left.

        To do it again changes nothing. One table that is refused does not keep the others from being loaded.

        Args:
            datasets: those that have to be loaded. That another one is refused is only said.

        Raises:
            Unavailable: a sink did not answer; nothing is lost, and the next time makes up for it.
            StoreRefused: it refused a table.
            InvalidInput: a row has no room there, or two have the same key.
            ConcurrentUpdate: others loaded the same table again and again meanwhile.
        """
        own = {*datasets, *depending_on(datasets)}
        failed: list[DivisaError] = []
        for sink in Sink:
            if sink in self.targets:
                failed += self._bring_all(sink, own)
            else:
                self.say(f"{sink}: none is set, nothing is loaded")
        if failed:
            raise failed[0]

    def forget(self, contract: Contract, column: str, ids: Mapping[Any, str | None]) -> None:
        """Delete the rows with these ids of every sink; what silver has instead of them is loaded by the next time.

        Args:
            contract: of the dataset.
            column: which has the ids.
            ids: whose rows.

        Raises:
            Unavailable: a sink did not answer; do it again.
            StoreRefused: it refused.
        """
        table = SinkTable.of_contract(contract)
        for sink in contract.sinks:
            if (target := self.targets.get(sink)) is not None:
                self.objects.remove(_state_key(sink, "silver", table))
                gone = sum(target.delete_where(table, column, value) for value in ids)
                self.say(f"{sink}: {table.name}: {gone:,} rows erased")

    def forget_files(self, forget: Callable[[str], int]) -> None:
        """Delete what killed loads have left of files; nobody loads meanwhile.

        Args:
            forget: deletes old versions of objects.
        """
        for each in list(self.objects.listed(FILES)):
            self.objects.remove(each.key)
        forget(FILES)

    def _bring_all(self, sink: Sink, own: Collection[str]) -> list[DivisaError]:
        silver = [("silver", SinkTable.of_contract(self.contracts[each])) for each in sinks_of(self.contracts)[sink]]
        tables = [*silver, *(("gold", gold_table(each)) for each in KEYS)]
        failed = []
        for zone, table in sorted(tables, key=lambda each: each[1].name not in own):
            try:
                self._bring(sink, zone, table)
            except DivisaError as error:
                self.say(f"{sink}: {table.name} is left behind: {error}")
                if table.name in own:
                    failed.append(error)
                if isinstance(error, Unavailable):
                    break
        return failed

    def _bring(self, sink: Sink, zone: str, table: SinkTable) -> None:
        key = _state_key(sink, zone, table)
        there = self.objects.find(key)
        since = self.objects.read(key).decode() if there else None
        tag = there.tag if there else None

        def once() -> Loaded | None:
            nonlocal tag
            change = self.changes(zone, table.name, since)
            if change is None:
                return None
            loaded = _loaded(self.targets[sink], zone, table, change)
            if not self.objects.put_over(key, change.state.encode(), tag):
                # Theirs may be newer than what was loaded over it: once more, from the same state on.
                there = self.objects.find(key)
                tag = there.tag if there else None
                raise ConcurrentUpdate(f"somebody else loaded {table.name} meanwhile")
            return loaded

        if (done := persistently(once)) is not None:
            told = f"{done.inserted:,} rows new, {done.updated:,} changed, {done.unchanged:,} as they were"
            self.say(f"{sink}: {table.name}: {told}, {done.removed:,} removed")


def _loaded(target: Target, zone: str, table: SinkTable, change: Change) -> Loaded:
    if zone == "gold":
        return target.replace(table, keyed(table, change.batches))
    return target.replace(table, change.batches) if change.whole else target.load(table, change.batches)


def _state_key(sink: Sink, zone: str, table: SinkTable) -> str:
    return f"{PUBLISHED}{sink}/{zone}/{table.name}"
