"""Silver without some persons' rows, and the accounts of the loads that these were of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from lake.engines.session import silver
from lake.erasing.loads import LEDGER
from lake.erasing.people import subjects_of
from lake.loading import accounting, merging
from lake.loading.load import ask_again, pending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lake.contract.contract import Contract
    from lake.engines.session import Session
    from lake.erasing.people import People
    from lake.loading.load import Load
    from lake.storage.objects import Objects

_AT_ONCE: Final = 500
"""Ids in one statement."""


class Sink(Protocol):
    """What silver rows are loaded to beside the lake, and erased from as well. Called again after a crash."""

    def __call__(self, contract: Contract, column: str, ids: Mapping[Any, str | None]) -> None:
        """Delete the rows with these ids in a column, or put what stands in for a person in place of an id."""
        ...


def erase(
    session: Session,
    objects: Objects,
    contract: Contract,
    people: People,
    loads: Sequence[Load],
    sinks: Sequence[Sink] = (),
) -> int:
    """Erase persons of silver, and first of all sinks, since silver tells whom to look for there.

    Rows of the ledger are merged once more, out of typed rows that are under pseudonyms by now.

    Args:
        session: has silver.
        objects: the lake.
        contract: of the dataset.
        people: whom.
        loads: those of the dataset that had something of theirs, without it now.
        sinks: all.

    Returns:
        How many rows of silver were theirs.

    Raises:
        ConcurrentUpdate: others changed the table again and again meanwhile.
    """
    table = session.prepare(silver(contract))
    gone = 0
    for column, subject in subjects_of(contract).items():
        there = session.run(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608 - all names are the contract's
        ids = {value: who for (value,) in there if (who := people.find(subject, value)) is not None}
        if not ids:
            continue
        for sink in sinks:
            sink(contract, column, ids if contract.dataset in LEDGER else dict.fromkeys(ids))
        if contract.dataset in LEDGER:
            ask_again(objects, _merged(objects, contract.dataset, loads))
        gone += _delete(session, table, column, list(ids))
    if contract.dataset in LEDGER:
        merging.merge(
            session, objects, contract, [load for load in pending(objects, contract.dataset) if load in loads]
        )
    return gone


def account(
    session: Session, objects: Objects, dataset: str, contract: Contract | None, loads: Sequence[Load]
) -> Sequence[accounting.Entry]:
    """Account for the rows of loads that somebody was erased of; gives their accounts."""
    merged = _merged(objects, dataset, loads)
    if contract is None:
        entries = accounting.refused(objects, merged)
        accounting.keep(None, objects, dataset, entries, None)
    else:
        entries = accounting.prove(session, objects, contract, merged)
        accounting.keep(session, objects, dataset, entries, session.prepare(silver(contract)))
    return entries


def _merged(objects: Objects, dataset: str, loads: Sequence[Load]) -> list[Load]:
    waiting = pending(objects, dataset)
    return [load for load in loads if load not in waiting]


def _delete(session: Session, table: str, column: str, ids: Sequence[object]) -> int:
    gone = 0
    for begin in range(0, len(ids), _AT_ONCE):
        theirs = f"{column} IN ({', '.join(map(_literal, ids[begin : begin + _AT_ONCE]))})"
        [(count,)] = session.run(f"SELECT COUNT(*) AS n FROM {table} WHERE {theirs}")  # noqa: S608 - quoted by us
        delete = f"DELETE FROM {table} WHERE {theirs}"  # noqa: S608
        merging.persistently(partial(session.run, delete))
        gone += count
    return gone


def _literal(value: object) -> str:
    r"""A value in Spark's SQL.

    >>> print(_literal(7), _literal("o'hara"))
    7 'o\'hara'
    """
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
