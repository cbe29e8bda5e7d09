"""Tables that Athena makes and grows, of files and of Iceberg."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

from tests.integration.local.ministack.athena_world import PRICES

if TYPE_CHECKING:
    from tests.integration.local.ministack.athena_world import Athena

pytestmark = pytest.mark.integration


def test_a_table_is_made_of_a_query_once_and_grows_by_inserts(athena: Athena) -> None:
    athena.make_prices()
    athena.rows("MSCK REPAIR TABLE prices")
    make = (
        "CREATE TABLE sums WITH (format = 'PARQUET', external_location = 's3://BUCKET/sums/', "
        "partitioned_by = ARRAY['day']) AS SELECT pair, sum(bid) total, count(*) n, day FROM prices GROUP BY pair, day"
    ).replace("BUCKET", athena.lake.name)
    athena.rows(make)
    athena.rows("INSERT INTO sums (pair, total, day) SELECT 'USD/COP', 1, '2026-01-07'")
    athena.rows("INSERT INTO sums VALUES ('USD/CLP', 2.5, 4, '2026-01-07')")

    assert athena.rows("SELECT day, pair, total, n FROM sums ORDER BY 1, 2") == [
        ["2026-01-05", "USD/BRL", "5.40", "1"],
        ["2026-01-05", "USD/MXN", "17.10", "1"],
        ["2026-01-06", "USD/MXN", None, "1"],
        ["2026-01-07", "USD/CLP", "2.50", "4"],
        ["2026-01-07", "USD/COP", "1.00", None],
    ]
    assert {key.split("/")[1] for key in athena.lake.keys("sums/")} == {f"day=2026-01-0{n}" for n in (5, 6, 7)}
    described = athena.lake.client("glue").get_table(DatabaseName=athena.database, Name="sums")["Table"]
    assert described["StorageDescriptor"]["Columns"][1:] == [
        {"Name": "total", "Type": "decimal(38,2)"},
        {"Name": "n", "Type": "bigint"},
    ]
    assert "already exists" in athena.reason(make)
    athena.lake.client("glue").delete_table(DatabaseName=athena.database, Name="sums")
    assert "HIVE_PATH_ALREADY_EXISTS" in athena.reason(make)
    assert "mismatched column types" in athena.reason("INSERT INTO prices SELECT 1, 2")


def test_an_unload_leaves_files(athena: Athena) -> None:
    place = f"s3://{athena.lake.name}/unloaded/"
    athena.rows(f"UNLOAD (SELECT 1 AS n, 'a' AS kind) TO '{place}' WITH (format = 'PARQUET', compression = 'SNAPPY')")

    [key] = athena.lake.keys("unloaded/")
    content = athena.lake.client("s3").get_object(Bucket=athena.lake.name, Key=key)["Body"].read()
    assert parquet.read_table(io.BytesIO(content)).to_pylist() == [{"n": 1, "kind": "a"}]


def test_an_iceberg_table_is_read_as_it_is_and_as_it_was(athena: Athena) -> None:
    catalog = athena.iceberg()
    place = f"s3://{athena.lake.name}/silver/prices"
    table = catalog.create_table(f"{athena.database}.silver_prices", PRICES.schema, location=place)
    with table.update_spec() as spec:
        spec.add_field("at", "day")
    table.append(PRICES.slice(0, 2))
    first = table.current_snapshot()
    assert first is not None
    athena.rows("INSERT INTO silver_prices SELECT 'USD/MXN', 17.3, TIMESTAMP '2026-01-07 00:00:00', 4")

    assert athena.rows("SELECT count(*), sum(bid) FROM silver_prices") == [["3", "39.80"]]
    counted = "SELECT count(*) FROM silver_prices FOR "
    assert athena.rows(counted + f"VERSION AS OF {first.snapshot_id}") == [["2"]]
    moment = datetime.fromtimestamp(first.timestamp_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    assert athena.rows(counted + f"TIMESTAMP AS OF TIMESTAMP '{moment}'") == [["2"]]
    assert athena.rows('SELECT count(*) FROM "silver_prices$snapshots"') == [["2"]]
    assert catalog.load_table(f"{athena.database}.silver_prices").scan().to_arrow().num_rows == 3
    assert "snapshot ID does not exist" in athena.reason("SELECT * FROM silver_prices FOR VERSION AS OF 1")
    assert "No version history" in athena.reason(
        "SELECT * FROM silver_prices FOR TIMESTAMP AS OF TIMESTAMP '2020-01-01 00:00:00 UTC'"
    )


def test_an_iceberg_table_is_made_of_a_query(athena: Athena) -> None:
    place = f"s3://{athena.lake.name}/gold/days/"
    athena.rows(
        f"CREATE TABLE days WITH (table_type = 'ICEBERG', location = '{place}', is_external = false, "
        "partitioning = ARRAY['month(day)']) AS SELECT DATE '2026-01-05' AS day, 3 AS n"
    )

    assert athena.rows("SELECT * FROM days") == [["2026-01-05", "3"]]
    [field] = athena.iceberg().load_table(f"{athena.database}.days").spec().fields
    assert str(field.transform) == "month"


def test_rows_are_deleted_from_an_iceberg_table_and_from_no_other(athena: Athena) -> None:
    place = f"s3://{athena.lake.name}/people/"
    athena.rows(
        "CREATE TABLE people WITH (table_type = 'ICEBERG', location = 'PLACE', is_external = false) AS "
        "SELECT * FROM (VALUES ('a', 1), ('b', 2), ('c', NULL)) AS t (id, n)".replace("PLACE", place)
    )
    athena.rows("CREATE TABLE leavers AS SELECT 'a' AS id")

    athena.rows("DELETE FROM people WHERE n > 1 OR id IN (SELECT id FROM leavers)")

    assert athena.rows("SELECT * FROM people") == [["c", None]]
    assert "only supported for transactional" in athena.reason("DELETE FROM leavers")
