"""The tables that the page is made of, whoever keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.exceptions import NoSuchTableError

from lake.loading.accounting import SCHEMA
from lake.loading.load import ACCOUNTS

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

    from lake.storage.objects import Objects


class Tables(Protocol):
    """Where the page's rows come from."""

    def gold(self, name: str, *columns: str) -> pa.Table:
        """Some columns of a gold table, shape (rows, columns); one that was not made yet has no rows."""
        ...

    def accounts(self) -> pa.Table:
        """What became of the rows of each load, as `lake.loading.accounting.SCHEMA` has it, of all datasets."""
        ...


class IcebergTables:
    """`Tables` in an Iceberg catalog, and accounts where the lake's objects lie."""

    def __init__(self, catalog: Catalog, database: str, objects: Objects) -> None:
        """Read tables.

        Args:
            catalog: has the gold tables.
            database: which of its databases they are in.
            objects: the lake.
        """
        self._catalog = catalog
        self._database = database
        self._objects = objects

    def gold(self, name: str, *columns: str) -> pa.Table:
        """The columns, of the table as it is now."""
        try:
            table = self._catalog.load_table((self._database, name))
        except NoSuchTableError:
            return pa.table({column: pa.array([], pa.null()) for column in columns})
        return table.scan(selected_fields=columns).to_arrow().select(list(columns))

    def accounts(self) -> pa.Table:
        """The accounts of all datasets, as they were written last."""
        kept = [
            pq.read_table(pa.BufferReader(self._objects.read(each.key)), partitioning=None).cast(SCHEMA)
            for each in self._objects.listed(f"{ACCOUNTS}/")
        ]
        return pa.concat_tables([SCHEMA.empty_table(), *kept])
