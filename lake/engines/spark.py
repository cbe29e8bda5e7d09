"""An engine beside this process: Spark, or what speaks like it, on Iceberg tables of the Glue catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from divisa.domain.errors import ConcurrentUpdate
from lake.engines import iceberg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyiceberg.catalog import Catalog
    from pyspark.sql import SparkSession

    from lake.engines.session import Table

_CONFLICTS: Final = (
    "conflict",
    "commit failed",
    "CommitFailedException",
    "ConcurrentModification",
    "ValidationException",
)
"""What Sail, and what Iceberg on Spark, say of a commit that came too late."""


class Spark:
    """`Session` on a Spark session."""

    def __init__(self, spark: SparkSession, catalog: Catalog, databases: Mapping[str, str], root: str) -> None:
        """Run statements.

        Args:
            spark: whose default catalog is the Glue catalog.
            catalog: the same catalog.
            databases: the Glue database of each zone.
            root: where the zones' folders lie, such as `s3://lake`.
        """
        self._spark = spark
        self._catalog = catalog
        self._databases = databases
        self._root = root

    def prepare(self, table: Table) -> str:
        """Make the table, or add the columns that it lacks."""
        database = self._databases[table.zone]
        iceberg.prepare(self._catalog, database, table, f"{self._root}/{table.zone}/{table.name}")
        return f"{database}.{table.name}"

    def file(self, view: str, uri: str) -> tuple[str, ...]:
        """Call the rows of a Parquet file by a name; tells its columns."""
        rows = self._spark.read.parquet(uri)
        rows.createOrReplaceTempView(view)
        return tuple(rows.columns)

    def name(self, view: str, table: str) -> None:
        """Call a table by another name."""
        self._spark.table(table).createOrReplaceTempView(view)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement."""
        try:
            return [tuple(row) for row in self._spark.sql(statement).collect()]
        except Exception as error:
            if any(word in str(error) for word in _CONFLICTS):
                raise ConcurrentUpdate("somebody else changed the table meanwhile") from error
            raise

    def replace(self, table: str, query: str) -> None:
        """Put a query's rows in place of a table's, in one commit."""
        made = self._spark.sql(query)
        made.createOrReplaceTempView("made")
        # Columns are written in the order of the table, which grows at its end.
        columns = [name if name in made.columns else f"NULL AS {name}" for name in self._spark.table(table).columns]
        self.run(f"INSERT OVERWRITE {table} SELECT {', '.join(columns)} FROM made")  # noqa: S608 - names of ours
