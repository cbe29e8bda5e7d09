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


@pytest.mark.parametrize("name", transformations())
def test_the_spark_of_glue_makes_what_duckdb_makes(name: str, spark35: Mapping[str, pa.Table]) -> None:
    assert types_of(spark35[name].schema) == types_of(transformations()[name].columns)
    assert len(gold()[name])
    assert rows_of(spark35[name]) == rows_of(gold()[name])
