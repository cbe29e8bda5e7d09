"""What a merge says to a relational database: rows of a staging table into a table, by its key, in one transaction.

PostgreSQL writes only rows that differ. MySQL is told of all, and leaves alone by itself what is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, case, delete, exists, false, func, or_, select, true
from sqlalchemy.dialects import mysql, postgresql

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Delete, Dialect, Insert, Table
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    Columns = ReadOnlyColumnCollection[str, ColumnElement[Any]]


def counting(target: Table, staged: Table, order: str | None) -> Select[int, int, int]:
    """How many rows were staged, how many of them are new, and how many are to take the place of another."""
    first = target.c[target.primary_key.columns.keys()[0]]
    new = func.coalesce(func.sum(case((first.is_(None), 1), else_=0)), 0)
    takes = and_(first.is_not(None), _takes_the_place(target, staged.c, order))
    changed = func.coalesce(func.sum(case((takes, 1), else_=0)), 0)
    return select(func.count(), new, changed).select_from(staged.outerjoin(target, _same_key(target, staged)))


def merging(target: Table, staged: Table, order: str | None, dialect: Dialect) -> Insert:
    """Rows that are new are inserted, and those that differ take the place of the ones with their key.

    Args:
        target: what is merged into.
        staged: what is merged: a table with the same columns and key.
        order: a row never takes the place of one with more of this column; None where any may.
        dialect: PostgreSQL's, or MySQL's.
    """
    values = [column.name for column in target.columns if not column.primary_key]
    rows = select(*(staged.c[column.name] for column in target.columns))
    if dialect.name == "mysql":
        return _merging_by_mysql(target, rows, values, order)
    insert = postgresql.insert(target).from_select(target.columns.keys(), rows)
    if not values:
        return insert.on_conflict_do_nothing(index_elements=target.primary_key.columns.keys())
    return insert.on_conflict_do_update(
        index_elements=target.primary_key.columns.keys(),
        set_={name: insert.excluded[name] for name in values},
        where=_takes_the_place(target, insert.excluded, order),
    )


def removing(target: Table, staged: Table) -> Delete:
    """Rows are removed whose key was not staged."""
    return delete(target).where(~exists().where(_same_key(target, staged)))


def _merging_by_mysql(target: Table, rows: Select[Any], values: list[str], order: str | None) -> Insert:
    insert = mysql.insert(target).from_select(target.columns.keys(), rows)
    changes: list[tuple[str, Any]] = [(name, insert.inserted[name]) for name in values]
    if order is not None:
        # MySQL sets one column after the other, and a later one sees it: what is compared by comes last.
        late = target.c[order] > insert.inserted[order]
        changes = [(name, func.if_(late, target.c[name], value)) for name, value in changes]
        changes.sort(key=lambda change: change[0] == order)
    key = target.primary_key.columns.keys()[0]
    return insert.on_duplicate_key_update(changes or [(key, target.c[key])])


def _same_key(target: Table, staged: Table) -> ColumnElement[bool]:
    return and_(*(column == staged.c[column.name] for column in target.primary_key.columns))


def _takes_the_place(target: Table, rows: Columns, order: str | None) -> ColumnElement[bool]:
    """Whether a row differs from the one with its key, and is not older."""
    differs = [column.is_distinct_from(rows[column.name]) for column in target.columns if not column.primary_key]
    newer = true() if order is None else rows[order] >= target.c[order]
    return and_(or_(*differs), newer) if differs else false()
