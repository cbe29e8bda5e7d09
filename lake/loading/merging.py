"""Typed rows into silver: each key once, the late ones merged within the window, those beyond it kept apart."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from divisa.adapters.aws.backoff import Backoff
from divisa.domain.errors import ConcurrentUpdate
from lake.engines.session import silver
from lake.ingestion.checking import schema_of
from lake.ingestion.conversion import FILE, LINE
from lake.loading import statements
from lake.loading.expiry import expired_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from lake.contract.contract import Contract
    from lake.engines.session import Session, Table
    from lake.loading.load import Load
    from lake.storage.objects import Objects

T = TypeVar("T")

AT_ONCE: Final = 32
"""Loads that are merged by one statement."""
_WAITS: Final = Backoff(attempts=8)
"""How often a merge is tried where others merge into the same table at the same time."""


def merge(session: Session, objects: Objects, contract: Contract, loads: Sequence[Load]) -> None:
    """Merge loads into silver, and those that are asked for again however late their rows are.

    To do it again changes nothing.

    Args:
        session: has silver.
        objects: the lake, with the typed rows of the loads.
        contract: of all of them.
        loads: in any order.

    Raises:
        ConcurrentUpdate: others merged again and again meanwhile.
    """
    table = prepared(session, silver(contract))
    again = [load for load in loads if objects.find(load.again) is not None]
    first = [load for load in loads if load not in again]
    for some, ever in (*((some, False) for some in batches(first)), *((some, True) for some in batches(again))):
        if name_arrived(session, objects, contract, some):
            _merge(session, objects, contract, table, ever=ever)
        _keep_late(session, objects, contract, table, some)
        for load in some:
            objects.remove(load.accounted)
            objects.put(load.merged, b"")
            if ever:  # or it was asked for meanwhile
                objects.remove(load.again)


def prepared(session: Session, table: Table) -> str:
    """See to it that a table is there, whoever else does; tells how statements call it.

    Raises:
        ConcurrentUpdate: others changed it again and again meanwhile.
        InvalidTable: it has a column of another type.
    """
    return persistently(lambda: session.prepare(table))


def persistently(do: Callable[[], T]) -> T:
    """What comes of something that has to be done again when somebody else was faster.

    Raises:
        ConcurrentUpdate: others were so again and again.
    """
    for _ in _WAITS.tries():
        with suppress(ConcurrentUpdate):
            return do()
    return do()


def name_arrived(session: Session, objects: Objects, contract: Contract, loads: Sequence[Load]) -> bool:
    """Let `arrived` be the typed rows of some loads; tells whether there are any at all."""
    files = []
    for number, load in enumerate(loads):
        if objects.find(load.typed) is not None:
            has = session.file(f"typed_{number}", objects.uri(load.typed))
            files.append((f"typed_{number}", load.id, has))
    if files:
        session.run(statements.arrived(contract, files))
    return bool(files)


def _merge(session: Session, objects: Objects, contract: Contract, table: str, *, ever: bool) -> None:
    def once() -> None:
        since = _latest(expired_before(objects, contract), None if ever else _since(session, contract, table))
        within = _span(session, contract, table)
        met = statements.met(
            contract, table, since=since, within=within if contract.event_time in contract.key else None
        )
        session.run(statements.insert(contract, table, since=since, within=within))
        [(outdone, twice)] = session.run(met)
        if outdone:
            session.run(statements.merge(contract, table, since=since, within=within))
            [(_, twice)] = session.run(met)
        if twice:  # somebody put the same key there at the same time
            session.run(statements.settle(contract, table))

    persistently(once)


def _since(session: Session, contract: Contract, table: str) -> date | datetime | None:
    """What happened before is too late, as silver is now; None if nothing is."""
    if contract.event_time is None or contract.merge_window is None:
        return None
    [(newest,)] = session.run(statements.newest(contract, table))
    try:
        return None if newest is None else newest - contract.merge_window
    except OverflowError:  # before the first day that there is
        return None


def _latest(*moments: Any) -> Any:
    return max((each for each in moments if each is not None), default=None)


def _span(session: Session, contract: Contract, table: str) -> tuple[Any, Any] | None:
    if contract.event_time is None:
        return None
    [(first, last)] = session.run(statements.span(contract, table))
    return first, last


def _keep_late(session: Session, objects: Objects, contract: Contract, table: str, loads: Sequence[Load]) -> None:
    """Write the rows that stayed out, a file a load; a load of which none does has no file."""
    since = _since(session, contract, table)
    rows: dict[str, list[tuple[Any, ...]]] = {load.id: [] for load in loads}
    if since is not None and any(objects.find(load.typed) for load in loads):
        [(first,)] = session.run(statements.earliest(contract))
        if first is not None and first < since:  # mostly nothing is late, and silver need not be read
            kept = expired_before(objects, contract)
            for row in session.run(statements.late(contract, table, since=since, kept=kept)):
                rows[row[-2]].append(row)
    with TemporaryDirectory(prefix="divisa-late-") as scratch:
        for load in loads:
            if rows[load.id]:
                file = Path(scratch) / load.id
                pq.write_table(_table(contract, rows[load.id]), file, compression="zstd")
                objects.put_file(load.late, file)
            else:
                objects.remove(load.late)


def _table(contract: Contract, rows: list[tuple[Any, ...]]) -> pa.Table:
    schema = schema_of(contract).append(pa.field(FILE, pa.string())).append(pa.field(LINE, pa.int64()))
    ordered = sorted(rows, key=lambda row: row[-1])
    return pa.Table.from_arrays(
        [pa.array([row[n] for row in ordered], field.type) for n, field in enumerate(schema)], schema=schema
    )


def batches(loads: Sequence[Load]) -> Iterator[Sequence[Load]]:
    """Loads by as many as one statement takes."""
    for begin in range(0, len(loads), AT_ONCE):
        yield loads[begin : begin + AT_ONCE]
