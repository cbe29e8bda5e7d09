from __future__ import annotations

import duckdb
import pytest

from local.ministack.athena.types import athena_type, duckdb_type, hive_type

CATALOG = [
    "string",
    "int",
    "bigint",
    "smallint",
    "tinyint",
    "double",
    "float",
    "boolean",
    "date",
    "timestamp",
    "binary",
    "decimal(18,2)",
    "array<int>",
    "map<string,double>",
    "struct<at:timestamp,amount:decimal(18,2)>",
    "array<struct<a:int,b:array<string>>>",
]


@pytest.mark.parametrize("kind", CATALOG)
def test_a_type_of_the_catalog_comes_back_from_duckdb_as_it_was(kind: str) -> None:
    with duckdb.connect() as connection:
        [[_, told, *_]] = connection.execute(f"DESCRIBE SELECT CAST(NULL AS {duckdb_type(kind)}) AS it").fetchall()

    assert hive_type(told) == kind


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("VARCHAR", "varchar"),
        ("HUGEINT", "bigint"),
        ("DECIMAL(38,2)", "decimal"),
        ("TIMESTAMP", "timestamp"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp with time zone"),
        ("INTEGER[]", "array"),
        ("STRUCT(a INTEGER)", "row"),
        ("MAP(VARCHAR, INTEGER)", "map"),
        ("BLOB", "varbinary"),
    ],
)
def test_a_result_names_its_types_as_athena_does(told: str, wanted: str) -> None:
    assert athena_type(told) == wanted
