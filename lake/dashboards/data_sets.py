"""The data sets: named queries without the limits that whoever asks would set, since a dashboard filters by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlglot
from sqlglot import expressions

from lake.queries.catalogue import Databases, query_named

if TYPE_CHECKING:
    from lake.queries.catalogue import Query

QUERIES: Final = {
    "price_by_day": "What a pair cost on each day",
    "conversion_by_day": "Suggestions and what became of them",
    "lift_by_channel": "How many more act when they are told",
    "trades_by_day": "How many people trade, and how much",
    "last_files": "When the last file of each dataset came",
    "rows_by_dataset": "What became of the rows of each dataset",
    "quarantine_by_reason": "Rows that were set aside, by reason",
}
"""Which queries, and what their data sets are called. Each of them reads nothing but what is nobody's."""
STAGE: Final = "stage"
"""Stands for the stage in the names of databases."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """Rows for dashboards.

    Attributes:
        name: that of its query.
        title: what people see.
        sql: of Athena, over the databases of `STAGE`.
    """

    name: str
    title: str
    sql: str


def data_sets() -> tuple[DataSet, ...]:
    """All of them."""
    return tuple(DataSet(name, title, without_limits(query_named(name))) for name, title in QUERIES.items())


def without_limits(query: Query) -> str:
    """A query for all values of what it wants to be told, with a column for each that it is limited by.

    What was summed up within the limits is summed up by these columns too.

    >>> print(without_limits(query_named("price_by_day")))
    SELECT
      pair,
      day,
      prices,
      open,
      high,
      low,
      close,
      mean
    FROM "divisa_stage_gold".daily_prices
    """
    examples = {each.name: each.example for each in query.parameters}
    tree = sqlglot.parse_one(query.statement(Databases.of_stage(STAGE), examples).sql, read="athena")
    for select in list(tree.find_all(expressions.Select)):
        _open(select)
    tree.set("order", None)
    return tree.sql("athena", pretty=True)


def _open(select: expressions.Select) -> None:
    where = select.args.get("where")
    if where is None:
        return
    conditions = list(where.this.flatten()) if isinstance(where.this, expressions.And) else [where.this]
    limits = [each for each in conditions if each.find(expressions.Placeholder)]
    rest = [each for each in conditions if each not in limits]
    select.set("where", expressions.Where(this=expressions.and_(*rest)) if rest else None)
    there = set(select.named_selects)
    names = dict.fromkeys(column.name for limit in limits for column in limit.find_all(expressions.Column))
    missing = [expressions.column(name) for name in names if name not in there]
    select.set("expressions", [*missing, *select.expressions])
    if select.args.get("group"):
        select.group_by(*missing, copy=False)
