"""The names of types: as the Glue catalog has them, as DuckDB has them, and as Athena tells them."""

from __future__ import annotations

import re

from sqlglot import expressions

_ATHENA = {
    "HUGEINT": "bigint",
    "FLOAT": "float",
    "BLOB": "varbinary",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "DECIMAL": "decimal",
    "STRUCT": "row",
    "MAP": "map",
    "UUID": "varchar",
    "NULL": "varchar",
}
_HIVE = {
    "VARCHAR": "string",
    "INTEGER": "int",
    "HUGEINT": "bigint",
    "BLOB": "binary",
    "UUID": "string",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "NULL": "string",
    "TIME": "string",
    "JSON": "string",
    "UBIGINT": "bigint",
    "UINTEGER": "bigint",
}


def duckdb_type(hive: str) -> str:
    """DuckDB's name of a type of the catalog.

    >>> duckdb_type("array<struct<at:timestamp,amount:decimal(18,2)>>")
    'STRUCT("at" TIMESTAMP, amount DECIMAL(18, 2))[]'
    """
    return expressions.DataType.build(hive, dialect="hive").sql("duckdb")


def hive_type(duckdb: str) -> str:
    """The catalog's name of a type of DuckDB.

    >>> [hive_type(name) for name in ("VARCHAR", "DECIMAL(18,2)", "INTEGER[]", "STRUCT(a VARCHAR)")]
    ['string', 'decimal(18,2)', 'array<int>', 'struct<a:string>']
    """
    if duckdb.endswith("]") or duckdb.startswith(("STRUCT", "MAP")):
        said = expressions.DataType.build(duckdb, dialect="duckdb").sql("hive")
        return re.sub(r"[`\s]", "", said).lower()
    return _HIVE.get(duckdb, duckdb.lower())


def athena_type(duckdb: str) -> str:
    """Athena's name of a type of DuckDB, as the metadata of a result has it.

    >>> [athena_type(name) for name in ("VARCHAR", "DECIMAL(18,2)", "INTEGER[]", "TIMESTAMP WITH TIME ZONE")]
    ['varchar', 'decimal', 'array', 'timestamp with time zone']
    """
    if duckdb.endswith("]"):
        return "array"
    name = duckdb.partition("(")[0]
    return _ATHENA.get(name, name.lower())
