from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lake.transformations.catalogue import transformations
from tests.unit.lake.transformations.edges import gold
from tests.unit.lake.transformations.silver import rows_of, types_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

pytestmark = pytest.mark.integration


def test_the_spark_of_glue_makes_what_duckdb_makes(spark35: Mapping[str, pa.Table]) -> None:
    for name, made in transformations().items():  # one test, for one worker that starts Spark
        assert types_of(spark35[name].schema) == types_of(made.columns), name
        assert len(gold()[name]), name
        assert rows_of(spark35[name]) == rows_of(gold()[name]), name
