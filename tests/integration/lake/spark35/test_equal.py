from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lake.transformations.catalogue import transformations
from tests.unit.lake.transformations.edges import gold
from tests.unit.lake.transformations.silver import rows_of, types_of

if TYPE_CHECKING:
    from tests.integration.lake.spark35.conftest import Spark35

pytestmark = pytest.mark.integration


def test_the_spark_of_glue_makes_what_duckdb_makes(spark35: Spark35) -> None:
    for name, made in transformations().items():  # one test, for one worker that starts Spark
        assert types_of(spark35.gold[name].schema) == types_of(made.columns), name
        assert len(gold()[name]), name
        assert rows_of(spark35.gold[name]) == rows_of(gold()[name]), name


def test_the_spark_of_glue_merges_into_iceberg_what_duckdb_merges(spark35: Spark35) -> None:
    asked = [step.get("statement", "").partition(" ")[0] for step in spark35.steps]
    assert {"CREATE", "MERGE", "INSERT", "SELECT"} <= set(asked)
    for step, answer in zip(spark35.steps, spark35.answers, strict=True):
        assert answer == step.get("rows"), step
