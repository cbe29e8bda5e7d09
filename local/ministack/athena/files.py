"""A table of files as a relation of DuckDB: its columns with the types that the catalog says, whatever is in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.ministack.athena.catalog import columns, split
from local.ministack.athena.types import duckdb_type

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from local.ministack.athena.catalog import Catalog

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
PARTITION = "_partition"


def relation(catalog: Catalog, table: Any, folder: Path, connection: duckdb.DuckDBPyConnection) -> str:
    """A query of DuckDB for a table's rows.

    Where it is partitioned, only what lies in a partition on record counts, as for Athena.

    Args:
        catalog: where it is.
        table: Glue's entry of it.
        folder: its files are copied here.
        connection: asked what is in the files.
    """
    keys = [key["Name"].lower() for key in table.get("PartitionKeys", [])]
    partitions = catalog.partitions(table) if keys else [table]
    files: list[Path] = []
    for number, partition in enumerate(partitions):
        address = partition["StorageDescriptor"]["Location"]
        found = catalog.keys(address)
        files += catalog.download(split(address)[0], found, folder / f"{PARTITION}={number}")
    typed = {name: duckdb_type(kind) for name, kind in columns(table).items()}
    if not files:
        return f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {named(n)}' for n, kind in typed.items())} WHERE FALSE"
    read = _reader(table, files)
    own = {name: kind for name, kind in typed.items() if name not in keys}
    there = {row[0].lower(): row[0] for row in connection.execute(f"DESCRIBE FROM {read}").fetchall()}
    cast = "TRY_CAST" if _lazy(table) else "CAST"
    chosen = [
        f"{cast}({f'f.{named(there[name])}' if name in there else 'NULL'} AS {kind}) AS {named(name)}"
        for name, kind in own.items()
    ]
    if not keys:
        return f"FROM {read} AS f SELECT {', '.join(chosen)}"
    values = ", ".join(
        f"({number}, {', '.join(_literal(value) for value in partition['Values'])})"
        for number, partition in enumerate(partitions)
    )
    chosen += [f"CAST(p.{named(key)} AS {typed[key]}) AS {named(key)}" for key in keys]
    known = f"(VALUES {values}) AS p({PARTITION}, {', '.join(map(named, keys))})"
    return f"FROM {read} AS f JOIN {known} USING ({PARTITION}) SELECT {', '.join(chosen)}"


def named(name: str) -> str:
    """A name in DuckDB's quotes."""
    return '"' + name.replace('"', '""') + '"'


def quoted(value: str) -> str:
    """A text in SQL's quotes."""
    return "'" + value.replace("'", "''") + "'"


def kind_of_file(table: Any) -> str:
    """`parquet`, `json` or `csv`."""
    storage = table.get("StorageDescriptor") or {}
    serde = (storage.get("SerdeInfo") or {}).get("SerializationLibrary") or ""
    said = (
        f"{(table.get('Parameters') or {}).get('classification', '')} {storage.get('InputFormat', '')} {serde}".lower()
    )
    return next((kind for kind in ("parquet", "json") if kind in said), "csv")


def _literal(value: str) -> str:
    return "NULL" if value == NO_VALUE else quoted(value)


def _lazy(table: Any) -> bool:
    # Hive's plain reader of text makes nothing of what it cannot read; the others refuse the file.
    serde = ((table.get("StorageDescriptor") or {}).get("SerdeInfo") or {}).get("SerializationLibrary") or ""
    return kind_of_file(table) == "csv" and "OpenCSVSerde" not in serde


def _reader(table: Any, files: list[Path]) -> str:
    listed = f"[{', '.join(quoted(str(file)) for file in files)}]"
    partition = f"hive_partitioning = true, hive_types = {{'{PARTITION}': INTEGER}}"
    kind = kind_of_file(table)
    if kind == "parquet":
        return f"read_parquet({listed}, union_by_name = true, {partition})"
    own = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
    if kind == "json":
        typed = {name: duckdb_type(columns(table)[name.lower()]) for name in own}
        return f"read_json({listed}, format = 'newline_delimited', columns = {_struct(typed)}, {partition})"
    given = (table["StorageDescriptor"].get("SerdeInfo") or {}).get("Parameters") or {}
    if _lazy(table):
        separator, quote = given.get("field.delim", "\x01"), ""
    else:
        separator, quote = given.get("separatorChar", ","), given.get("quoteChar", '"')
    skipped = int((table.get("Parameters") or {}).get("skip.header.line.count", 0))
    texts = _struct(dict.fromkeys(own, "VARCHAR"))
    return (
        f"read_csv({listed}, auto_detect = false, header = false, skip = {skipped}, delim = {quoted(separator)}, "
        f"quote = {quoted(quote)}, escape = {quoted(quote)}, columns = {texts}, null_padding = true, {partition})"
    )


def _struct(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {quoted(kind)}" for name, kind in fields.items()) + "}"
