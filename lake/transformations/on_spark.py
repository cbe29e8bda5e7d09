"""Gold tables made by Spark, or by whatever speaks its protocol: AWS Glue, Sail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lake.transformations.catalogue import transformations

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_spark(spark: Any, name: str, tables: Mapping[str, str]) -> Any:
    """The rows of a gold table as a DataFrame with its `columns`, in no order. The session's time zone has to be UTC.

    What it reads is called by its bare name in the session from then on, and so is the gold table itself, for those
    behind it.

    Args:
        spark: a session, with ANSI mode off.
        name: the gold table's.
        tables: by bare name, what the session calls each thing that it reads, such as `silver.fx_prices`; what is not
            among them is called by its bare name already.

    Raises:
        KeyError: there is no such gold table.
    """
    transformation = transformations()[name]
    for each in transformation.inputs:
        if each in tables:
            spark.sql(f"SELECT * FROM {tables[each]}").createOrReplaceTempView(each)  # noqa: S608 - names of tables
    made = spark.sql(transformation.sql)
    made.createOrReplaceTempView(name)
    return made
