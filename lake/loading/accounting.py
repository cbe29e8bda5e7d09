"""What became of every row of every load, as the tables themselves show it, kept in a table of its own."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from divisa.domain.errors import ConcurrentUpdate, NotFound
from lake.engines.session import silver
from lake.ingestion.conversion import FILE, LINE
from lake.ingestion.forms import Form
from lake.loading import statements
from lake.loading.checking import Checked
from lake.loading.expiry import expired_before
from lake.loading.load import ACCOUNTS, Load
from lake.loading.merging import batches, name_arrived, persistently, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lake.contract.contract import Contract
    from lake.engines.session import Session
    from lake.storage.objects import Objects

SCHEMA: Final = pa.schema(
    [
        ("dataset", pa.string()),
        ("load", pa.string()),
        ("file", pa.string()),
        ("received_at", pa.timestamp("us")),
        ("rows_in", pa.int64()),
        ("silver", pa.int64()),
        ("quarantine", pa.int64()),
        ("duplicates", pa.int64()),
        ("late", pa.int64()),
        ("erased", pa.int64()),
        ("expired", pa.int64()),
        ("unaccounted", pa.int64()),
        ("reasons", pa.string()),
        ("landed", pa.string()),
        ("sha256", pa.string()),
        ("form", pa.string()),
        ("bytes", pa.int64()),
    ]
)
"""A row a load, with all that is known of it, so that no manifest of an old one is read to go on from its account.

`reasons` is JSON: how many rows were set aside for which reason.
"""


class Entry(msgspec.Struct, frozen=True):
    """What became of the rows of a load.

    Attributes:
        load: whose.
        rows_in: how many it has.
        silver: how many are the row of their key.
        duplicates: how many are covered by another row of their key.
        late: how many are kept apart, having come too late.
        quarantine: how many were set aside, by reason.
        erased: how many went with the persons that they were about.
        expired: how many went, or never came in, since they were older than the contract keeps them.
    """

    load: Load
    rows_in: int
    silver: int = 0
    duplicates: int = 0
    late: int = 0
    quarantine: dict[str, int] = {}
    erased: int = 0
    expired: int = 0

    @property
    def unaccounted(self) -> int:
        """Rows of which nobody knows what became: 0, or something is wrong."""
        gone = self.erased + self.expired
        return self.rows_in - (self.silver + self.duplicates + self.late + sum(self.quarantine.values()) + gone)

    @property
    def is_settled(self) -> bool:
        """Whether its rows can only be outdone by now: none is late, which may be merged yet, and none is lost."""
        return self.late == 0 and self.unaccounted == 0


def prove(session: Session, objects: Objects, contract: Contract, loads: Sequence[Load]) -> list[Entry]:
    """Look for every row of some loads: in silver, under a row that covers it, among the late, in quarantine."""
    entries = _looked_for(session, objects, contract, loads)
    # What is merged at this moment, having been late, is neither here nor there: what is lost is so at a second look.
    moved = [entry.load for entry in entries if entry.unaccounted]
    again = {entry.load: entry for entry in _looked_for(session, objects, contract, moved)}
    return [again.get(entry.load, entry) for entry in entries]


def _looked_for(session: Session, objects: Objects, contract: Contract, loads: Sequence[Load]) -> list[Entry]:
    judged = statements.fates(contract, prepared(session, silver(contract)), kept=expired_before(objects, contract))
    entries = []
    for some in batches(loads):
        found: Counter[tuple[str, str]] = Counter()
        if name_arrived(session, objects, contract, some):
            found.update(_counted(session, judged))
        for load in some:
            checked = msgspec.json.decode(objects.read(load.checked), type=Checked)
            elsewhere = found[load.id, statements.ELSEWHERE]
            entries.append(
                Entry(
                    load,
                    checked.rows_in,
                    silver=found[load.id, statements.MERGED],
                    duplicates=found[load.id, statements.DUPLICATE],
                    late=_kept_late(session, objects, judged, load) if elsewhere else 0,
                    quarantine=_set_aside(objects, load),
                    erased=sum(checked.erased.values()),
                    expired=found[load.id, statements.EXPIRED],
                )
            )
    return entries


def refused(objects: Objects, loads: Iterable[Load]) -> list[Entry]:
    """The accounts of loads that are of no dataset."""
    checked = [(load, msgspec.json.decode(objects.read(load.checked), type=Checked)) for load in loads]
    return [
        Entry(load, each.rows_in, quarantine=_set_aside(objects, load), erased=sum(each.erased.values()))
        for load, each in checked
    ]


def keep(session: Session | None, objects: Objects, dataset: str, proven: Sequence[Entry], table: str | None) -> None:
    """Write accounts down, and bring those of earlier loads up to date, whose rows may have been outdone since.

    Args:
        session: has silver; None for a dataset without it.
        objects: the lake.
        dataset: of the loads.
        proven: accounts of some loads.
        table: silver, as statements call it.

    Raises:
        ConcurrentUpdate: others wrote accounts of the dataset again and again meanwhile.
    """
    persistently(lambda: _keep(session, objects, dataset, proven, table))


def _keep(session: Session | None, objects: Objects, dataset: str, proven: Sequence[Entry], table: str | None) -> None:
    there = objects.find(_key(dataset))
    entries = {entry.load.id: entry for entry in (*kept(objects, dataset), *proven)}
    if session is not None:
        own = {entry.load.id for entry in proven}
        now = dict(session.run(f"SELECT {FILE}, COUNT(*) AS n FROM {table} GROUP BY {FILE}"))  # noqa: S608 - ours
        for load, entry in entries.items():
            if load not in own:
                outdone = entry.silver - now.get(load, 0)
                entries[load] = msgspec.structs.replace(
                    entry, silver=entry.silver - outdone, duplicates=entry.duplicates + outdone
                )
    rows = [_row(entry) for entry in sorted(entries.values(), key=lambda entry: entry.load.place)]
    content = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), content, compression="zstd")
    if not objects.put_over(_key(dataset), content.getvalue().to_pybytes(), there.tag if there else None):
        raise ConcurrentUpdate(f"somebody else wrote the accounts of {dataset} meanwhile")


def kept(objects: Objects, dataset: str) -> list[Entry]:
    """The accounts of a dataset as they were written last, in the order in which the files were received."""
    try:
        content = objects.read(_key(dataset))
    except NotFound:
        return []
    return [
        Entry(
            _load(row),
            row["rows_in"],
            row["silver"],
            row["duplicates"],
            row["late"],
            json.loads(row["reasons"]),
            row["erased"],
            row["expired"],
        )
        for row in pq.read_table(pa.BufferReader(content)).to_pylist()
    ]


def _counted(session: Session, fates: str) -> dict[tuple[str, str], int]:
    rows = session.run(f"SELECT {FILE}, fate, COUNT(*) AS n FROM ({fates}) AS judged GROUP BY {FILE}, fate")  # noqa: S608
    return {(load, fate): count for load, fate, count in rows}


def _kept_late(session: Session, objects: Objects, judged: str, load: Load) -> int:
    """How many rows that are not in silver are among the late."""
    if objects.find(load.late) is None:
        return 0
    session.file("late", objects.uri(load.late))
    [(count,)] = session.run(
        f"SELECT COUNT(*) AS n FROM ({judged}) AS judged JOIN late"  # noqa: S608 - all names are ours
        f" ON judged.{FILE} = late.{FILE} AND judged.{LINE} = late.{LINE}"
        f" WHERE judged.fate = '{statements.ELSEWHERE}'"
    )
    return int(count)


def _set_aside(objects: Objects, load: Load) -> dict[str, int]:
    """How many rows of a load lie in quarantine, by the first reason of each."""
    if objects.find(load.quarantine) is None:
        return {}
    with TemporaryDirectory(prefix="divisa-accounts-") as scratch:
        file = Path(scratch) / "aside.parquet"
        objects.fetch(load.quarantine, file)
        reasons = pq.read_table(file, columns=["reasons"]).column("reasons").to_pylist()
    return dict(sorted(Counter(each[0] for each in reasons).items()))


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "dataset": entry.load.dataset,
        "load": entry.load.id,
        "file": entry.load.name,
        "received_at": entry.load.received_at.replace(tzinfo=None),
        "rows_in": entry.rows_in,
        "silver": entry.silver,
        "quarantine": sum(entry.quarantine.values()),
        "duplicates": entry.duplicates,
        "late": entry.late,
        "erased": entry.erased,
        "expired": entry.expired,
        "unaccounted": entry.unaccounted,
        "reasons": json.dumps(entry.quarantine),
        "landed": entry.load.landed,
        "sha256": entry.load.sha256,
        "form": entry.load.form,
        "bytes": entry.load.size,
    }


def _load(row: dict[str, Any]) -> Load:
    received_at = row["received_at"].replace(tzinfo=UTC)
    form = Form(row["form"]) if row["form"] else None
    return Load(row["dataset"], row["sha256"], received_at, row["landed"], row["bytes"], form)


def _key(dataset: str) -> str:
    return f"{ACCOUNTS}/dataset={dataset}/accounts.parquet"
