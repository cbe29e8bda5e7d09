"""What queries write: files of Parquet, CSV or JSON lines below an address, and rows of Iceberg tables."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import InvalidInput
from local.ministack.athena.catalog import split
from local.ministack.athena.files import named
from local.ministack.athena.types import duckdb_type, hive_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from local.ministack.athena.catalog import Catalog
    from local.ministack.athena.selecting import Selecting

FORMATS = {"PARQUET": "FORMAT parquet", "TEXTFILE": "FORMAT csv, HEADER false", "JSON": "FORMAT json"}
_HADOOP = "org.apache.hadoop.hive.ql.io"
_SERDES = {
    "parquet": (
        f"{_HADOOP}.parquet.MapredParquetInputFormat",
        f"{_HADOOP}.parquet.MapredParquetOutputFormat",
        f"{_HADOOP}.parquet.serde.ParquetHiveSerDe",
    ),
    "csv": (
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{_HADOOP}.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    ),
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{_HADOOP}.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
}


def storage(kind: str, columns: Mapping[str, str], location: str) -> dict[str, Any]:
    """Glue's description of files.

    Args:
        kind: `parquet`, `csv` or `json`.
        columns: the catalog's types by the columns' names.
        location: the address of their folder.
    """
    reads, writes, serde = _SERDES[kind]
    return {
        "Columns": [{"Name": name, "Type": type_} for name, type_ in columns.items()],
        "Location": location,
        "InputFormat": reads,
        "OutputFormat": writes,
        "SerdeInfo": {
            "SerializationLibrary": serde,
            "Parameters": {"separatorChar": ",", "quoteChar": '"'} if kind == "csv" else {},
        },
    }


def storable(selecting: Selecting, rendered: str) -> tuple[str, dict[str, str]]:
    """A query of DuckDB without types that only DuckDB has, and its columns with DuckDB's types."""
    described = selecting.described(rendered)
    kinds = {name: "BIGINT" if kind == "HUGEINT" else kind for name, kind in described.items()}
    chosen = ", ".join(f"CAST({named(name)} AS {kind}) AS {named(name.lower())}" for name, kind in kinds.items())
    query = f"FROM ({rendered}) SELECT {chosen}"
    return query, {name.lower(): kind for name, kind in kinds.items()}


def write_files(
    catalog: Catalog,
    selecting: Selecting,
    query: str,
    address: str,
    *,
    folder: Path,
    form: str = "PARQUET",
    partitioned_by: Sequence[str] = (),
) -> list[str]:
    """Write the rows of a query below an address.

    Args:
        catalog: whose S3 it is.
        selecting: runs the query.
        query: of DuckDB's dialect.
        address: the folder in S3.
        folder: where files may lie until they are there.
        form: one of `FORMATS`.
        partitioned_by: the columns whose values become folders.

    Returns:
        The objects' addresses.
    """
    if form not in FORMATS:
        raise InvalidInput(f"NOT_SUPPORTED: format {form}")
    ending = {"PARQUET": "parquet", "TEXTFILE": "csv", "JSON": "json"}[form]
    options = FORMATS[form]
    drafts = folder / uuid.uuid4().hex
    drafts.mkdir()
    target = drafts / f"0.{ending}"
    if partitioned_by:
        target = drafts
        options += f", PARTITION_BY ({', '.join(map(named, partitioned_by))}), OVERWRITE_OR_IGNORE"
    selecting.connection.execute(f"COPY ({query}) TO '{target}' ({options})")
    bucket, prefix = split(address)
    written = []
    for file in sorted(each for each in drafts.rglob("*") if each.is_file()):
        parts = [*file.relative_to(drafts).parts[:-1], f"{uuid.uuid4().hex}.{ending}"]
        key = prefix + "/".join(parts)
        catalog.s3.upload_file(str(file), bucket, key)
        written.append(f"s3://{bucket}/{key}")
    return written


def as_declared(selecting: Selecting, rendered: str, columns: Mapping[str, str], given: Sequence[str]) -> str:
    """A query's columns in the order, with the names and with the types that a table has.

    Args:
        selecting: runs the query.
        rendered: the query in DuckDB's dialect.
        columns: the catalog's types by the names of the table's columns.
        given: the table's columns that the query gives values for, in its order; none means all.

    Raises:
        InvalidInput: the query has more or fewer columns, or a column is not the table's.
    """
    names = [name.lower() for name in given] or list(columns)
    found = list(selecting.described(rendered))
    if len(found) != len(names) or not set(names) <= set(columns):
        raise InvalidInput(f"TYPE_MISMATCH: Insert query has mismatched column types: Table: {names}, Query: {found}")
    numbered = ", ".join(f"_c{number}" for number in range(len(names)))
    sources = dict(zip(names, numbered.split(", "), strict=True))
    chosen = ", ".join(
        f"CAST({sources.get(name, 'NULL')} AS {duckdb_type(kind)}) AS {named(name)}" for name, kind in columns.items()
    )
    return f"FROM ({rendered}) AS q({numbered}) SELECT {chosen}"


def create_iceberg(
    catalog: Catalog, selecting: Selecting, identifier: str, query: str, location: str, partitioning: Sequence[str]
) -> None:
    """Make an Iceberg table of the rows of a query.

    Args:
        catalog: where it is made.
        selecting: runs the query.
        identifier: database and name.
        query: of DuckDB's dialect.
        location: the address of its folder.
        partitioning: for each field of its partitions a column, or a transform of one as in `day(at)`.
    """
    rows = selecting.connection.sql(query).to_arrow_table()
    table = catalog.iceberg().create_table(identifier, schema=rows.schema, location=location.rstrip("/"))
    with table.update_spec() as spec:
        for field in partitioning:
            transform, _, column = re.sub(r"\)$", "", field.strip()).rpartition("(")
            spec.add_field(column, transform.strip() or "identity")
    catalog.iceberg().load_table(identifier).append(rows)


def append_iceberg(catalog: Catalog, selecting: Selecting, table: Any, query: str) -> None:
    """Append the rows of a query to the Iceberg table of Glue's entry."""
    iceberg = catalog.iceberg_table(table)
    rows = selecting.connection.sql(query).to_arrow_table()
    iceberg.append(rows.cast(iceberg.schema().as_arrow()))


def overwrite_iceberg(catalog: Catalog, selecting: Selecting, table: Any, query: str) -> None:
    """Let the rows of a query be all that the Iceberg table of Glue's entry has."""
    iceberg = catalog.iceberg_table(table)
    rows = selecting.connection.sql(query).to_arrow_table()
    iceberg.overwrite(rows.cast(iceberg.schema().as_arrow()))


def hive_columns(kinds: Mapping[str, str]) -> dict[str, str]:
    """The catalog's types of columns that have these types of DuckDB."""
    return {name: hive_type(kind) for name, kind in kinds.items()}
