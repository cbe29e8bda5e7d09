"""What the lake asks of an engine: to keep tables and to run statements of Spark SQL on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from lake.ingestion.checking import schema_of
from lake.ingestion.conversion import FILE, LINE

if TYPE_CHECKING:
    from lake.contract.contract import Contract, Period


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it has to be.

    Attributes:
        zone: `silver` or `gold`.
        name: unlike all others of its zone.
        schema: names and types of its columns; with what each means, under `comment` in a field's metadata.
        by: the column of time whose days, months or years lie together, and which of these; None if all lie together.
    """

    zone: str
    name: str
    schema: pa.Schema
    by: tuple[str, Period] | None = None


class Session(Protocol):
    """An engine at work. For one thread.

    Statements are Spark SQL. Moments are timestamps without a zone, in UTC.
    """

    def prepare(self, table: Table) -> str:
        """See to it that a table is there, with columns that it lacks as yet; tells how statements call it.

        Raises:
            ConcurrentUpdate: somebody else changed it meanwhile; do it again.
            InvalidTable: it has a column of another type.
        """
        ...

    def file(self, view: str, uri: str) -> tuple[str, ...]:
        """Call the rows of a Parquet file by a name; tells its columns."""
        ...

    def name(self, view: str, table: str) -> None:
        """Call a table, as `prepare` told its name, by another one."""
        ...

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement, which is all done or not at all; gives its rows.

        Raises:
            ConcurrentUpdate: somebody else changed the table meanwhile; do it again.
        """
        ...

    def replace(self, table: str, query: str) -> None:
        """Let a table have the rows of a query in place of its own; readers see the ones or the others.

        Raises:
            ConcurrentUpdate: somebody else changed it meanwhile; do it again.
        """
        ...


def silver(contract: Contract) -> Table:
    """The table that has each row of a dataset once."""
    columns = [
        field.with_nullable(contract.columns[field.name].nullable).with_metadata(
            {"comment": contract.columns[field.name].about}
        )
        for field in schema_of(contract)
    ]
    lineage = [
        pa.field(FILE, pa.string(), nullable=False, metadata={"comment": "the load that the row is of"}),
        pa.field(LINE, pa.int64(), nullable=False, metadata={"comment": "the line at which it begins there, from 1"}),
    ]
    by = (contract.event_time, contract.partition) if contract.event_time and contract.partition else None
    return Table("silver", contract.dataset, pa.schema(columns + lineage), by)
