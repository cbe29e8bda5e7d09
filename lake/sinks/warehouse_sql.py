"""What is said to the warehouse, in SQL that Redshift and PostgreSQL both speak, so that a laptop can run all of it.

Redshift enforces no key, has no `IS DISTINCT FROM`, and writes a row anew for each change. So a merge is: make sure
that no key was staged twice, delete what is not to be there any more, forget staged rows that change nothing, delete
those that others take the place of, and insert. What only Redshift understands is in `redshift_layout` and `copying`.
"""
# ruff: noqa: S608 - names are those of contracts, and values are parameters

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from lake.sinks.table import SinkColumn, SinkTable

SCHEMA: Final = "warehouse"
"""Where its tables are, so that one database can be both sinks of a laptop."""
_LONGEST: Final = 65_535
"""Bytes of the longest text that Redshift holds."""
_BYTES: Final = 4
"""Of the longest character: Redshift counts bytes where contracts count characters."""
_PLAIN: Final = {
    "integer": "BIGINT",
    "double": "DOUBLE PRECISION",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_OBJECT = re.compile(r"s3://[a-z0-9.-]{3,63}/[\w!.*()=/-]+")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+")


class Merge(NamedTuple):
    """The statements between staging and the end of a transaction, in their order.

    Attributes:
        unique: fails with a division by zero where a key was staged twice, and tells nothing otherwise.
        removed: where the staged rows are all that the table is to hold, deletes the others, and else nothing; its
            count is that of those.
        unchanged: forgets staged rows that change nothing; its count of rows is that of those.
        replaced: deletes rows that others take the place of; its count is that of updates.
        inserted: inserts what was staged; its count is that of updates and new rows.
    """

    unique: str
    removed: str
    unchanged: str
    replaced: str
    inserted: str


def creating(table: SinkTable, layout: str = "") -> tuple[str, str]:
    """The schema and the table, where they are missing.

    Args:
        table: which one.
        layout: what a place says of where rows lie: `redshift_layout`, or nothing.
    """
    columns = [f"{_quoted(each.name)} {type_of(each)}{'' if each.nullable else ' NOT NULL'}" for each in table.columns]
    body = ", ".join([*columns, f"PRIMARY KEY ({_listed(table.key)})"])
    create = f"CREATE TABLE IF NOT EXISTS {_target(table)} ({body}) {layout}"
    return f"CREATE SCHEMA IF NOT EXISTS {_quoted(SCHEMA)}", create.rstrip()


def redshift_layout(table: SinkTable) -> str:
    """Rows of the first column of the key lie together on a node, there in the order of time, or of the key.

    >>> from lake.contract.reading import contracts
    >>> from lake.sinks.table import SinkTable
    >>> redshift_layout(SinkTable.of_contract(contracts()["fx_transactions"]))
    'DISTSTYLE KEY DISTKEY ("user_id") SORTKEY ("event_time")'
    """
    order = (table.event_time,) if table.event_time else table.key
    return f"DISTSTYLE KEY DISTKEY ({_quoted(table.key[0])}) SORTKEY ({_listed(order)})"


def staging(table: SinkTable) -> str:
    """A temporary table like the table."""
    return f"CREATE TEMPORARY TABLE {staged(table)} (LIKE {_target(table)})"


def unstaging(table: SinkTable) -> str:
    """An end to it."""
    return f"DROP TABLE {staged(table)}"


def copying(table: SinkTable, parquet: str, role: str) -> str:
    """Redshift's COPY of a file into the temporary table.

    Args:
        table: which one; the file has its columns in its order, and no others.
        parquet: where the file is: `s3://bucket/key`.
        role: ARN of the role that Redshift reads it as.

    Raises:
        ValueError: the address or the role is none.
    """
    for text, form in ((parquet, _OBJECT), (role, _ROLE)):
        if form.fullmatch(text) is None:
            raise ValueError(f"{text} is no address of an object, or no role: it has to match {form.pattern}")
    return f"COPY {staged(table)} FROM '{parquet}' IAM_ROLE '{role}' FORMAT AS PARQUET"


def merging(table: SinkTable, *, whole: bool = False) -> Merge:
    """What was staged is merged, by the key of the table.

    Args:
        table: which one.
        whole: whether the table is to hold nothing else; then older rows as well take the place of newer ones.
    """
    here, there, names = staged(table), _target(table), _listed(table.names)
    key = " AND ".join(f"{_there(table, name)} = {_here(table, name)}" for name in table.key)
    same = " AND ".join(
        _same(_there(table, each.name), _here(table, each.name), nullable=each.nullable)
        for each in table.columns
        if each.name not in table.key
    )
    nothing = f"({same or 'TRUE'})"
    if table.order is not None and not whole:
        nothing = f"({nothing} OR {_there(table, table.order)} > {_here(table, table.order)})"
    staged_too = f"EXISTS (SELECT 1 FROM {here} WHERE {key})"
    counted = f"SELECT COUNT(*) AS n FROM {here} GROUP BY {_listed(table.key)}"
    return Merge(
        f"SELECT 1 / MIN(CASE WHEN n > 1 THEN 0 ELSE 1 END) FROM ({counted}) AS counted",
        f"DELETE FROM {there} WHERE {f'NOT {staged_too}' if whole else 'FALSE'}",
        f"DELETE FROM {here} USING {there} WHERE {key} AND {nothing}",
        f"DELETE FROM {there} USING {here} WHERE {key}",
        f"INSERT INTO {there} ({names}) SELECT {names} FROM {here}",
    )


def erasing(table: SinkTable, column: str) -> str:
    """What is known of a person is deleted: the one that the parameter `:value`, a text, names.

    Raises:
        ValueError: nobody is told by that column.
    """
    found = table.personal(column)
    return f"DELETE FROM {_target(table)} WHERE {_quoted(column)} = CAST(:value AS {type_of(found)})"


def staged(table: SinkTable) -> str:
    """The name of the temporary table, as SQL has it."""
    return _quoted(f"{table.name}_staged")


def type_of(column: SinkColumn) -> str:
    """The type of a column.

    >>> from lake.contract.types import ColumnType
    >>> from lake.sinks.table import SinkColumn
    >>> type_of(SinkColumn("name", ColumnType("string"), nullable=False, about="their name", longest=200))
    'VARCHAR(800)'
    """
    match column.type.name:
        case "string":
            return f"VARCHAR({min(_BYTES * column.longest, _LONGEST) if column.longest else _LONGEST})"
        case "decimal":
            return f"NUMERIC({column.type.precision}, {column.type.scale})"
        case name:
            return _PLAIN[name]


def _same(one: str, other: str, *, nullable: bool) -> str:
    return f"({one} = {other} OR ({one} IS NULL AND {other} IS NULL))" if nullable else f"{one} = {other}"


def _target(table: SinkTable) -> str:
    return f"{_quoted(SCHEMA)}.{_quoted(table.name)}"


def _there(table: SinkTable, name: str) -> str:
    return f"{_quoted(table.name)}.{_quoted(name)}"


def _here(table: SinkTable, name: str) -> str:
    return f"{staged(table)}.{_quoted(name)}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return f'"{name}"'
