from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

from lake.transformations.catalogue import transformations
from lake.transformations.on_spark import run_spark
from tests.unit.lake.transformations.edges import gold, inputs
from tests.unit.lake.transformations.silver import rows_of, types_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").config("spark.sql.session.timeZone", "UTC")
    made = session.config("spark.sql.ansi.enabled", "false").create()
    yield made
    made.stop()
    server.stop()


@pytest.fixture(scope="module")
def reading(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A session that calls each silver table by its bare name."""
    folder = tmp_path_factory.mktemp("silver")
    for name, table in inputs().items():
        pq.write_table(table, folder / f"{name}.parquet")
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    return spark


@pytest.mark.parametrize("name", transformations())
def test_sail_makes_what_duckdb_makes(name: str, reading: Any) -> None:
    made = run_spark(reading, name, {}).toArrow()
    assert types_of(made.schema) == types_of(transformations()[name].columns)
    assert len(gold()[name])
    assert rows_of(made) == rows_of(gold()[name])


def test_what_a_session_calls_otherwise_is_read_by_its_bare_name(spark: Any) -> None:
    spark.sql(
        "SELECT 'USD/MXN' AS pair, TIMESTAMP_NTZ '2024-01-05 14:15:00' AS event_time, "
        "CAST(16 AS DECIMAL(36, 18)) AS bid, CAST(17 AS DECIMAL(36, 18)) AS ask, "
        "CAST(NULL AS TIMESTAMP_NTZ) AS arrived_at"
    ).createOrReplaceTempView("elsewhere")
    (row,) = run_spark(spark, "training_prices", {"fx_prices": "elsewhere", "fx_transactions": "nowhere"}).collect()
    assert row.arrived_at == row.event_time
