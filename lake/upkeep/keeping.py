"""Rows that are older than their contract keeps them go out of silver and from among the late ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from lake.engines.session import silver
from lake.erasing import parquet
from lake.ingestion.conversion import FILE
from lake.loading import statements
from lake.loading.expiry import expire
from lake.loading.load import LATE, account_again
from lake.loading.merging import persistently, prepared

if TYPE_CHECKING:
    from datetime import date, datetime

    import pyarrow as pa

    from lake.contract.contract import Contract
    from lake.engines.session import Session
    from lake.storage.objects import Objects


def keep(session: Session, objects: Objects, contract: Contract, now: datetime) -> int:
    """Let the rows of a dataset go that are too old to be kept. To do it again, or to go on after a crash, is safe.

    The next run makes the gold tables anew that had something of them, and accounts for them. It knows by the loads
    whose accounts are taken back here, before anything goes.

    Args:
        session: has silver.
        objects: the lake.
        contract: of the dataset; without `keep` nothing goes.
        now: UTC.

    Returns:
        How many rows of silver went.

    Raises:
        ConcurrentUpdate: others changed the table again and again meanwhile.
    """
    before = expire(objects, contract, now)
    if before is None:
        return 0
    table, old = prepared(session, silver(contract)), statements.expired(contract, before)
    theirs = session.run(f"SELECT {FILE}, COUNT(*) AS n FROM {table} WHERE {old} GROUP BY {FILE}")  # noqa: S608 - ours
    account_again(objects, contract.dataset, (load for load, _ in theirs))
    if theirs:
        persistently(partial(session.run, f"DELETE FROM {table} WHERE {old}"))  # noqa: S608 - ours
    _keep_late(objects, contract, before)
    return sum(count for _, count in theirs)


def _keep_late(objects: Objects, contract: Contract, before: date | datetime) -> None:
    def young(batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.filter(pc.greater_equal(batch.column(contract.event_time), before))

    for each in list(objects.listed(f"{LATE}/{contract.dataset}/")):
        with TemporaryDirectory(prefix="divisa-keeping-") as scratch:
            source, to = Path(scratch) / "source", Path(scratch) / "young"
            objects.fetch(each.key, source)
            rows = parquet.rewrite(source, to, lambda batch: batch)
            left = parquet.rewrite(source, to, young)
            if left == rows:
                continue
            account_again(objects, contract.dataset, [Path(each.key).stem])
            if left:
                objects.put_file(each.key, to)
            else:
                objects.remove(each.key)
