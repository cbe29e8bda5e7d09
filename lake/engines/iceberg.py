"""The lake's Iceberg tables in the Glue catalog: made from what they have to be, and grown where that grew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
from pyiceberg.schema import Schema, assign_fresh_schema_ids
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.transforms import DayTransform, MonthTransform, Transform, YearTransform
from pyiceberg.types import NestedField

from divisa.domain.errors import ConcurrentUpdate, InvalidTable
from lake.contract.contract import Period

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table as IcebergTable

    from lake.engines.session import Table

_PERIODS: Final[dict[Period, Transform[Any, Any]]] = {
    Period.DAY: DayTransform(),
    Period.MONTH: MonthTransform(),
    Period.YEAR: YearTransform(),
}
MAX_AGE: Final = "history.expire.max-snapshot-age-ms"
"""The property that says for how long a table keeps its older states."""
_PROPERTIES: Final = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    # Who reads an older version at the moment goes on for as long; erasure asks for no more.
    MAX_AGE: str(5 * 24 * 3600 * 1000),
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "50",
}


def prepare(catalog: Catalog, database: str, table: Table, location: str) -> IcebergTable:
    """Make a table, or add the columns that it lacks.

    Args:
        catalog: where it is written down.
        database: the Glue database of its zone, which is there.
        table: as it has to be.
        location: where its files are to lie, such as `s3://lake/silver/fx_prices`.

    Raises:
        ConcurrentUpdate: somebody else changed it meanwhile.
        InvalidTable: it has a column of another type.
    """
    name = (database, table.name)
    try:
        there = catalog.load_table(name)
    except NoSuchTableError:
        schema = _schema(table.schema)
        try:
            return catalog.create_table(
                name, schema, location, _spec(schema, table), UNSORTED_SORT_ORDER, properties=_PROPERTIES
            )
        except TableAlreadyExistsError:
            there = catalog.load_table(name)
    _grow(there, table)
    return there


def _schema(columns: pa.Schema) -> Schema:
    """The columns with ids, counted from 1."""
    bare = pa.schema([field.with_metadata({"PARQUET:field_id": str(n)}) for n, field in enumerate(columns, 1)])
    fields = pyarrow_to_schema(bare).fields
    documented = [
        NestedField(field.field_id, field.name, field.field_type, required=field.required, doc=_comment(columns, field))
        for field in fields
    ]
    return assign_fresh_schema_ids(Schema(*documented))


def _comment(columns: pa.Schema, field: NestedField) -> str | None:
    said = (columns.field(field.name).metadata or {}).get(b"comment")
    return said.decode() if said else None


def _spec(schema: Schema, table: Table) -> PartitionSpec:
    if table.by is None:
        return UNPARTITIONED_PARTITION_SPEC
    column, period = table.by
    source = schema.find_field(column).field_id
    return PartitionSpec(PartitionField(source, 1000, _PERIODS[period], f"{column}_{period}"))


def _grow(there: IcebergTable, table: Table) -> None:
    wanted, have = _schema(table.schema), there.schema()
    for field in wanted.fields:
        if field.name in have.column_names and have.find_type(field.name) != field.field_type:
            raise InvalidTable(
                ".".join(there.name()), field.name, str(have.find_type(field.name)), str(field.field_type)
            )
    lacking = [field for field in wanted.fields if field.name not in have.column_names]
    if not lacking:
        return
    try:
        with there.update_schema() as update:
            for field in lacking:
                update.add_column(field.name, field.field_type, doc=field.doc)
    except CommitFailedException as error:
        raise ConcurrentUpdate("somebody else changed the table meanwhile") from error
