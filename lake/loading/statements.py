"""The statements that make silver of typed rows, each from a contract alone.

Two rows with the same key are one row, and of them the greater one counts: by the contract's `order`, then by all
columns in turn. So what counts does not depend on which came first, and merging a row again changes nothing.

`arrived` has the typed rows of some loads, with the load and line of each. A row of `arrived` is *covered* where silver
has a row with its key that is not less: the row itself, the same one of another load, or one that outdid it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lake.ingestion.conversion import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime
    from typing import TypeAlias

    from lake.contract.contract import Contract

    Span: TypeAlias = tuple[date | datetime, date | datetime]

ARRIVED: Final = "arrived"
MERGED, DUPLICATE, EXPIRED, ELSEWHERE = FATES = ("silver", "duplicate", "expired", "elsewhere")
"""A row is in silver, or covered by another one, or gone since it was too old to be kept, or none of it."""


def arrived(contract: Contract, files: Sequence[tuple[str, str, Collection[str]]]) -> str:
    """Call the rows of some typed files `arrived`.

    Args:
        contract: what they are rows of.
        files: view, load and columns of each; what was typed before the contract grew has nothing in the new ones.
    """
    parts = [
        f"SELECT {_own(contract, has)}, '{load}' AS {FILE}, {LINE} FROM {view}"  # noqa: S608 - all names are ours
        for view, load, has in files
    ]
    return f"CREATE OR REPLACE TEMPORARY VIEW {ARRIVED} AS {' UNION ALL '.join(parts)}"


def _own(contract: Contract, has: Collection[str]) -> str:
    kinds = {"integer": "BIGINT", "timestamp": "TIMESTAMP_NTZ"}
    columns = ((name, kinds.get(each.type.name, str(each.type).upper())) for name, each in contract.columns.items())
    return ", ".join(name if name in has else f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns)


def newest(contract: Contract, table: str) -> str:
    """When the newest row of silver happened."""
    return f"SELECT MAX({contract.event_time}) AS newest FROM {table}"  # noqa: S608 - all names are the contract's


def earliest(contract: Contract) -> str:
    """When the earliest row of `arrived` happened."""
    return f"SELECT MIN({contract.event_time}) AS first FROM {ARRIVED}"  # noqa: S608 - all names are the contract's


def span(contract: Contract, table: str) -> str:
    """Between which times all rows happened that have a key of `arrived`, of those that arrived and those of silver.

    A key that has the event time in it cannot be of two partitions, so silver need not be asked.
    """
    time = contract.event_time
    asked = f"SELECT {time} FROM {ARRIVED}"  # noqa: S608 - all names are the contract's
    if time not in contract.key:
        theirs = f"{table} kept LEFT SEMI JOIN {ARRIVED} came ON {_same_key(contract)}"
        asked += f" UNION ALL SELECT kept.{time} FROM {theirs}"  # noqa: S608 - all names are the contract's
    return f"SELECT MIN({time}) AS first, MAX({time}) AS last FROM ({asked}) AS touched"  # noqa: S608


def insert(contract: Contract, table: str, *, since: date | datetime | None, within: Span | None) -> str:
    """Put into silver the greatest row of each key that arrived and that silver does not have.

    No file of silver is written anew by this, and of a key with a time in it only those are read that may have it.

    Args:
        contract: what the rows are.
        table: silver.
        since: rows that happened earlier are too late; None if none is.
        within: `span`; None where rows are without a time.
    """
    own = ", ".join((*contract.columns, FILE, LINE))
    return (
        f"INSERT INTO {table} ({own}) SELECT {own} FROM {_greatest(contract, since)} AS s"  # noqa: S608 - ours
        f" LEFT ANTI JOIN {table} AS t ON {_matched(contract, within)}"
    )


def met(contract: Contract, table: str, *, since: date | datetime | None, within: Span | None) -> str:
    """How the keys that arrived are met in silver, once they are there: `outdone` and `twice`, numbers of rows.

    A row is outdone by what arrived, or one of a key that is there already: two who insert at a time may each put it.

    Args:
        contract: what the rows are.
        table: silver.
        since: rows that happened earlier are too late; None if none is.
        within: as above, where the time is in the key; else None, since somebody may have put the key elsewhere.
    """
    outdone = f"CASE WHEN {_outdoes(contract, 's', 't')} THEN 1 ELSE 0 END"
    return (
        f"SELECT COALESCE(SUM(outdone), 0) AS outdone, COALESCE(SUM(n) - COUNT(*), 0) AS twice FROM"  # noqa: S608 - ours
        f" (SELECT s.{FILE}, s.{LINE}, COUNT(*) AS n, SUM({outdone}) AS outdone FROM {_greatest(contract, since)} AS s"
        f" JOIN {table} AS t ON {_matched(contract, within)} GROUP BY s.{FILE}, s.{LINE}) AS met"
    )


def merge(contract: Contract, table: str, *, since: date | datetime | None, within: Span | None) -> str:
    """Merge what arrived into silver, where it outdoes what is there as well.

    Arguments are those of `insert`.
    """
    columns = (*contract.columns, FILE, LINE)
    own = ", ".join(columns)
    return (
        f"MERGE INTO {table} AS t USING {_greatest(contract, since)} AS s ON {_matched(contract, within)}"  # noqa: S608
        f" WHEN MATCHED AND {_outdoes(contract, 's', 't')} THEN UPDATE SET {', '.join(f'{c} = s.{c}' for c in columns)}"
        f" WHEN NOT MATCHED THEN INSERT ({own}) VALUES ({', '.join(f's.{c}' for c in columns)})"
    )


def settle(contract: Contract, table: str) -> str:
    """Of the rows with a key of what arrived, leave in silver the greatest one of each key."""
    own = ", ".join((*contract.key, FILE, LINE))
    same = " AND ".join(f"t.{name} = s.{name}" for name in (*contract.key, FILE, LINE))
    return (
        f"MERGE INTO {table} AS t USING (SELECT {own} FROM (SELECT {own}, ROW_NUMBER() OVER ("  # noqa: S608 - ours
        f"PARTITION BY {', '.join(contract.key)} ORDER BY {_greatest_first(contract)}) AS place"
        f" FROM {_touched(contract, table)}) AS placed WHERE place > 1) AS s ON {same} WHEN MATCHED THEN DELETE"
    )


def late(contract: Contract, table: str, *, since: date | datetime, kept: date | datetime | None) -> str:
    """The rows that arrived too late: they happened before `since`, and silver, as merged, does not cover them.

    What happened before `kept` is none of them: it is too old to be kept at all.
    """
    old_enough = "" if kept is None else f" AND came.{contract.event_time} >= {_literal(contract, kept)}"
    came = ", ".join(f"came.{name}" for name in (*contract.columns, FILE, LINE))
    before = f"{contract.event_time} < {_literal(contract, since)}"
    same = _same_key(contract)
    if contract.event_time in contract.key:  # so that newer partitions of silver are not read
        same += f" AND kept.{before}"
    return (
        f"SELECT {came} FROM {ARRIVED} AS came LEFT JOIN {table} AS kept ON {same}"  # noqa: S608 - ours
        f" WHERE came.{before}{old_enough} AND (kept.{FILE} IS NULL OR {_outdoes(contract, 'came', 'kept')})"
    )


def expired(contract: Contract, before: date | datetime) -> str:
    """The condition that rows meet which are too old to be kept."""
    return f"{contract.event_time} < {_literal(contract, before)}"


def fates(contract: Contract, table: str, *, kept: date | datetime | None) -> str:
    """What became of each row that arrived, as silver shows it: `_load`, `_line` and `fate`, one of `FATES`.

    What happened before `kept` is too old to be kept.
    """
    gone = "" if kept is None else f" WHEN came.{expired(contract, kept)} THEN '{EXPIRED}'"
    return (
        f"SELECT came.{FILE}, came.{LINE}, CASE"  # noqa: S608 - all names are the contract's
        f" WHEN kept.{FILE} = came.{FILE} AND kept.{LINE} = came.{LINE} THEN '{MERGED}'"
        f" WHEN kept.{FILE} IS NOT NULL AND NOT ({_outdoes(contract, 'came', 'kept')}) THEN '{DUPLICATE}'{gone}"
        f" ELSE '{ELSEWHERE}' END AS fate"
        f" FROM {ARRIVED} AS came LEFT JOIN {table} AS kept ON {_same_key(contract)}"
    )


def _greatest(contract: Contract, since: date | datetime | None) -> str:
    """Of what arrived in time, the greatest row of each key."""
    own = ", ".join((*contract.columns, FILE, LINE))
    return (
        f"(SELECT {own} FROM (SELECT {own}, ROW_NUMBER() OVER (PARTITION BY {', '.join(contract.key)}"  # noqa: S608 - ours
        f" ORDER BY {_greatest_first(contract)}) AS place FROM {ARRIVED}{_in_time(contract, since)}) AS placed"
        f" WHERE place = 1)"
    )


def _matched(contract: Contract, within: Span | None) -> str:
    keys = [f"t.{name} = s.{name}" for name in contract.key]
    if within is not None:
        first, last = (_literal(contract, moment) for moment in within)
        keys += [f"t.{contract.event_time} >= {first}", f"t.{contract.event_time} <= {last}"]
    return " AND ".join(keys)


def _touched(contract: Contract, table: str) -> str:
    theirs = f"{table} kept LEFT SEMI JOIN {ARRIVED} came ON {_same_key(contract)}"
    return f"(SELECT kept.* FROM {theirs}) AS touched"  # noqa: S608 - all names are the contract's


def _same_key(contract: Contract) -> str:
    return " AND ".join(f"kept.{name} = came.{name}" for name in contract.key)


def _greatest_first(contract: Contract) -> str:
    by_content = [f"{name} DESC NULLS LAST" for name in _by(contract)]
    return ", ".join((*by_content, FILE, LINE))


def _outdoes(contract: Contract, one: str, other: str) -> str:
    """Whether a row is greater than another one of the same key: nothing is less than anything."""
    condition = ""
    for name in reversed(_by(contract)):
        mine, its = f"{one}.{name}", f"{other}.{name}"
        nullable = contract.columns[name].nullable
        more = (
            f"(COALESCE({mine} > {its}, FALSE) OR {mine} IS NOT NULL AND {its} IS NULL)"
            if nullable
            else f"{mine} > {its}"
        )
        same = f"{mine} <=> {its}" if nullable else f"{mine} = {its}"
        condition = f"({more} OR {same} AND {condition})" if condition else more
    return condition or "FALSE"


def _by(contract: Contract) -> tuple[str, ...]:
    """What rows with the same key are compared by."""
    others = [name for name in contract.columns if name not in contract.key and name != contract.order]
    return (contract.order, *others) if contract.order else tuple(others)


def _in_time(contract: Contract, since: date | datetime | None) -> str:
    return "" if since is None else f" WHERE {contract.event_time} >= {_literal(contract, since)}"


def _literal(contract: Contract, moment: date | datetime) -> str:
    kind = {"date": "DATE", "timestamp": "TIMESTAMP_NTZ"}[contract.columns[contract.event_time or ""].type.name]
    return f"CAST('{moment}' AS {kind})"
