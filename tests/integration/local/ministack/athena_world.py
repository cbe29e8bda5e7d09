"""One test's database, and queries on it."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet
from pyiceberg.catalog.glue import GlueCatalog

from tests.integration.local.ministack.lake_world import eventually

if TYPE_CHECKING:
    from tests.integration.local.ministack.lake_world import LakeWorld

MOMENTS = [datetime.fromisoformat(each) for each in ("2026-01-05 10:00", "2026-01-05 11:00:00.250", "2026-01-06 00:00")]
PRICES = pa.table(
    {
        "pair": ["USD/MXN", "USD/BRL", "USD/MXN"],
        "bid": pa.array([Decimal("17.10"), Decimal("5.40"), None], pa.decimal128(18, 2)),
        "at": pa.array(MOMENTS),
        "n": pa.array([1, 2, 3], pa.int64()),
    }
)


class Athena:
    """One test's database, and its queries."""

    def __init__(self, lake: LakeWorld) -> None:
        self.lake = lake
        self.database = lake.name.replace("-", "_")
        lake.client("glue").create_database(DatabaseInput={"Name": self.database})

    def execute(self, query: str, *parameters: str) -> Any:
        """The query's execution when it has ended."""
        client = self.lake.client("athena")
        started = client.start_query_execution(
            QueryString=query,
            QueryExecutionContext={"Database": self.database},
            ResultConfiguration={"OutputLocation": f"s3://{self.lake.name}/results"},
            **({"ExecutionParameters": list(parameters)} if parameters else {}),
        )["QueryExecutionId"]

        def execution() -> Any:
            return client.get_query_execution(QueryExecutionId=started)["QueryExecution"]

        eventually(lambda: execution()["Status"]["State"] not in {"QUEUED", "RUNNING"}, query)
        return execution()

    def rows(self, query: str, *parameters: str) -> list[list[str | None]]:
        """What a query that succeeds answers, without its header."""
        ended = self.execute(query, *parameters)
        assert ended["Status"]["State"] == "SUCCEEDED", ended["Status"]
        client = self.lake.client("athena")
        found = client.get_query_results(QueryExecutionId=ended["QueryExecutionId"])["ResultSet"]["Rows"]
        told = [[value.get("VarCharValue") for value in row["Data"]] for row in found]
        return told[1:] if ended["StatementType"] == "DML" else told

    def reason(self, query: str) -> str:
        """Why a query failed."""
        status = self.execute(query)["Status"]
        assert status["State"] == "FAILED", status
        return str(status["StateChangeReason"])

    def make_prices(self) -> None:
        """A table of Parquet files, partitioned by day, with two partitions of which none is on record."""
        for day, rows in (("2026-01-05", PRICES.slice(0, 2)), ("2026-01-06", PRICES.slice(2))):
            self.lake.put(f"prices/day={day}/rows.parquet", as_parquet(rows))
        self.rows(
            f"CREATE EXTERNAL TABLE prices (pair string, bid decimal(18,2), at timestamp, n bigint) "
            f"PARTITIONED BY (day string) STORED AS PARQUET LOCATION 's3://{self.lake.name}/prices/'"
        )

    def iceberg(self) -> GlueCatalog:
        settings = self.lake.ministack.addresses.client_settings("s3")
        address = {
            "endpoint": settings["endpoint_url"],
            "region": settings["region_name"],
            "access-key-id": settings["aws_access_key_id"],
            "secret-access-key": settings["aws_secret_access_key"],
        }
        settings_of_both = {f"{part}.{name}": value for part in ("glue", "s3") for name, value in address.items()}
        return GlueCatalog("glue", None, **settings_of_both)


def as_parquet(rows: pa.Table) -> bytes:
    content = io.BytesIO()
    parquet.write_table(rows, content)
    return content.getvalue()
