"""Spark's SQL, in which all transformations are written, as DuckDB says it."""

from __future__ import annotations

import sqlglot
from sqlglot import expressions

_MOMENTS = {expressions.DataType.Type.TIMESTAMPTZ, expressions.DataType.Type.TIMESTAMPLTZ}


def duckdb_sql(spark_sql: str) -> str:
    """One statement of Spark SQL in DuckDB's dialect.

    Moments are in UTC without a zone in the lake, whatever type of timestamp the statement names.

    >>> duckdb_sql("SELECT CAST(day AS TIMESTAMP) AS moment FROM days")
    'SELECT TRY_CAST(day AS TIMESTAMP) AS moment FROM days'
    """
    tree = sqlglot.parse_one(spark_sql, read="spark")
    for kind in tree.find_all(expressions.DataType):
        if kind.this in _MOMENTS:
            kind.set("this", expressions.DataType.Type.TIMESTAMP)
    return tree.sql("duckdb")
