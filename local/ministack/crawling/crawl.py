"""Crawls addresses in S3 and writes the tables that lie there into the Glue catalog, as Glue's crawlers do."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import expressions

from divisa.domain.errors import InvalidInput
from local.ministack.athena.catalog import split
from local.ministack.athena.files import quoted
from local.ministack.athena.partitions import put_on_record
from local.ministack.athena.types import hive_type
from local.ministack.athena.writing import storage
from local.ministack.crawling.kinds import csv_separator, has_quotes, kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.ministack.athena.catalog import Catalog

LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_TEXTS = {
    expressions.DataType.Type.DATE,
    expressions.DataType.Type.TIME,
    expressions.DataType.Type.TIMESTAMP,
    expressions.DataType.Type.TIMESTAMPNTZ,
    expressions.DataType.Type.TIMESTAMPTZ,
    expressions.DataType.Type.UUID,
}


@dataclass(slots=True)
class Crawled:
    """What a crawl did: the names of the tables that it made, and of those that it found again."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)


def crawl(catalog: Catalog, database: str, addresses: Sequence[str], prefix: str = "") -> Crawled:
    """Write the tables below some addresses into the catalog, with their partitions.

    An address with files, or with folders `name=value`, is one table of the name of its last folder. Otherwise each
    folder in it is one.

    Args:
        catalog: where they are written.
        database: its database.
        addresses: folders in S3.
        prefix: goes before the tables' names.

    Raises:
        InvalidInput: files are of no kind that is known, or do not fit together; nothing of their table is written.
    """
    crawled = Crawled()
    for address in addresses:
        bucket, root = split(address)
        keys = catalog.keys(address)
        for folder, members in sorted(_tables(root, keys).items()):
            name = prefix + re.sub(r"\W", "_", (folder.rstrip("/").rpartition("/")[2] or bucket).lower())
            entry = _entry(catalog, bucket, folder, members)
            if catalog.find(database, name) is None:
                catalog.glue.create_table(DatabaseName=database, TableInput={"Name": name, **entry})
                crawled.created.append(name)
            else:
                catalog.glue.update_table(DatabaseName=database, TableInput={"Name": name, **entry})
                crawled.updated.append(name)
            if entry["PartitionKeys"]:
                put_on_record(catalog, catalog.table(database, name))
    return crawled


def _tables(root: str, keys: list[str]) -> dict[str, list[str]]:
    """The keys by the folder of the table that they belong to."""
    first = [key.removeprefix(root).partition("/") for key in keys]
    if any(not rest or "=" in folder for folder, _, rest in first):
        return {root: keys}
    found: dict[str, list[str]] = {}
    for key, (folder, _, _) in zip(keys, first, strict=True):
        found.setdefault(f"{root}{folder}/", []).append(key)
    return found


def _entry(catalog: Catalog, bucket: str, root: str, keys: list[str]) -> dict[str, Any]:
    folders = {tuple(part.partition("=")[0].lower() for part in key.removeprefix(root).split("/")[:-1]) for key in keys}
    if len(folders) > 1 or not all("=" in part for key in keys for part in key.removeprefix(root).split("/")[:-1]):
        raise InvalidInput(f"s3://{bucket}/{root}: its folders are not those of one table's partitions")
    [names] = folders
    with tempfile.TemporaryDirectory(prefix="crawl-") as scratch:
        files = catalog.download(bucket, keys, Path(scratch))
        kinds = {kind(file, f"s3://{bucket}/{key}") for file, key in zip(files, keys, strict=True)}
        if len(kinds) > 1:
            raise InvalidInput(f"s3://{bucket}/{root}: files of different kinds: {', '.join(sorted(kinds))}")
        [found] = kinds
        entry = _described(found, files, f"s3://{bucket}/{root}")
    columns = entry["StorageDescriptor"]["Columns"]
    entry["StorageDescriptor"]["Columns"] = [column for column in columns if column["Name"] not in names]
    return {**entry, "PartitionKeys": [{"Name": name, "Type": "string"} for name in names]}


def _described(found: str, files: list[Path], location: str) -> dict[str, Any]:
    listed = f"[{', '.join(quoted(str(file)) for file in files)}]"
    same = "union_by_name = true, hive_partitioning = false"
    plain = found == "csv" and not any(map(has_quotes, files))
    separator = csv_separator(files[0]) if found == "csv" else ""
    candidates = "['BOOLEAN', 'BIGINT', 'DOUBLE', 'VARCHAR']" if plain else "['VARCHAR']"
    types = f"auto_type_candidates = {candidates}, header = true"
    read = {
        "parquet": f"read_parquet({listed}, {same})",
        "json": f"read_json({listed}, format = 'newline_delimited', {same})",
        "csv": f"read_csv({listed}, delim = {quoted(separator)}, {types}, {same})",
    }[found]
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(f"DESCRIBE FROM {read}").fetchall()
        except duckdb.Error as error:
            raise InvalidInput(f"{location}: {error}") from error
    columns = {row[0].lower(): hive_type(row[1] if found == "parquet" else _without_moments(row[1])) for row in rows}
    place = storage(found, columns, location)
    if plain:
        place["SerdeInfo"] = {"SerializationLibrary": LAZY, "Parameters": {"field.delim": separator}}
    elif found == "csv":
        place["SerdeInfo"]["Parameters"]["separatorChar"] = separator
    header = {"skip.header.line.count": "1"} if found == "csv" else {}
    return {
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": found, **header},
        "StorageDescriptor": place,
    }


def _without_moments(duckdb_type: str) -> str:
    """A type in which what DuckDB takes for a moment is text, as it is in the file."""
    tree = expressions.DataType.build(duckdb_type, dialect="duckdb")
    for each in tree.find_all(expressions.DataType):
        if each.this in _TEXTS:
            each.set("this", expressions.DataType.Type.VARCHAR)
    said = tree.sql("duckdb")
    return "VARCHAR" if said == "TEXT" else said
