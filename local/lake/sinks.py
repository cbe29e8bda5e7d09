"""What the laptop's databases beside the lake hold."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import MetaData, NullPool, create_engine, func, select

from lake.contract.contract import Sink
from lake.sinks import warehouse_sql
from lake.sinks.refusals import refusals
from lake.sinks.reporting import report
from local.databases import address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from lake.sinks.reporting import Report
    from local.cloud import LaptopCloud

SCHEMAS: Final = {Sink.RELATIONAL: "public", Sink.WAREHOUSE: warehouse_sql.SCHEMA}
"""Of the one database that is both sinks."""


def taken(cloud: LaptopCloud) -> dict[Sink, dict[str, int]]:
    """How many rows each table of each sink holds.

    Raises:
        LaptopCloudError: the cloud knows of no database.
        StoreUnavailable: the database did not answer.
    """
    out: dict[Sink, dict[str, int]] = {}
    for sink, schema in SCHEMAS.items():
        with _connected(cloud, sink) as connection, refusals(sink):
            there = MetaData(schema)
            there.reflect(connection)
            rows = {each: connection.execute(select(func.count()).select_from(each)) for each in there.sorted_tables}
            out[sink] = dict(sorted((each.name, count.scalar_one()) for each, count in rows.items()))
    return out


def said(found: dict[Sink, dict[str, int]]) -> str:
    """What the sinks took, in a line.

    >>> from lake.contract.contract import Sink
    >>> said({Sink.RELATIONAL: {"hr_jobs": 150, "lift": 1}, Sink.WAREHOUSE: {}})
    'relational: 151 rows in 2 tables; warehouse: 0 rows in 0 tables'
    """
    return "; ".join(f"{sink}: {sum(each.values()):,} rows in {len(each)} tables" for sink, each in found.items())


def ask(cloud: LaptopCloud, which: Report, year: int, sink: Sink) -> list[dict[str, Any]]:
    """The rows of a report about a year.

    Raises:
        LaptopCloudError: the cloud knows of no database.
        StoreUnavailable: the database did not answer.
        StoreRefused: a table that it reads was never loaded.
    """
    with _connected(cloud, sink) as connection:
        return report(connection, which, year)


@contextmanager
def _connected(cloud: LaptopCloud, sink: Sink) -> Iterator[Connection]:
    engine = create_engine(
        address(cloud.addresses), poolclass=NullPool, connect_args={"options": f"-csearch_path={SCHEMAS[sink]}"}
    )
    with refusals(sink), engine.connect() as connection:
        yield connection
