"""Athena's queries on files, views and Iceberg tables of the Glue catalog."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyathena
import pytest
from pyarrow import parquet
from pyiceberg.catalog.glue import GlueCatalog

from tests.integration.local.ministack.lake_world import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.local.ministack.lake_world import LakeWorld

pytestmark = pytest.mark.integration

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


@pytest.fixture
def athena(lake: LakeWorld) -> Athena:
    return Athena(lake)


@pytest.fixture
def cursor(athena: Athena) -> Iterator[Any]:
    settings = athena.lake.ministack.addresses.client_settings("athena")
    with pyathena.connect(
        s3_staging_dir=f"s3://{athena.lake.name}/pyathena/", schema_name=athena.database, poll_interval=0.05, **settings
    ) as connection:
        yield connection.cursor()


def test_only_partitions_on_record_are_read_and_a_repair_puts_them_there(athena: Athena) -> None:
    athena.make_prices()

    assert athena.rows("SELECT count(*) FROM prices") == [["0"]]
    athena.rows("MSCK REPAIR TABLE prices")

    assert athena.rows("SHOW PARTITIONS prices") == [["day=2026-01-05"], ["day=2026-01-06"]]
    assert athena.rows("SELECT day, count(*), sum(bid) FROM prices GROUP BY day ORDER BY day") == [
        ["2026-01-05", "2", "22.50"],
        ["2026-01-06", "1", None],
    ]
    elsewhere = "SELECT p.n FROM DB.prices p WHERE day = '2026-01-06'"
    assert athena.rows(elsewhere.replace("DB", athena.database)) == [["3"]]


def test_a_client_reads_values_of_the_right_types(athena: Athena, cursor: Any) -> None:
    athena.make_prices()
    athena.rows("MSCK REPAIR TABLE prices")

    cursor.execute("SELECT pair, bid, at, n, CAST(at AS date) d, bid > 6 big, 1.5e0 x FROM prices ORDER BY n")

    assert cursor.fetchall() == [
        ("USD/MXN", Decimal("17.10"), MOMENTS[0], 1, date(2026, 1, 5), True, 1.5),
        ("USD/BRL", Decimal("5.40"), MOMENTS[1], 2, date(2026, 1, 5), False, 1.5),
        ("USD/MXN", None, MOMENTS[2], 3, date(2026, 1, 6), None, 1.5),
    ]
    types = [column[1] for column in cursor.description]
    assert types == ["varchar", "decimal", "timestamp", "bigint", "date", "boolean", "double"]


def test_the_result_lies_in_s3_as_athena_writes_it(athena: Athena) -> None:
    ended = athena.execute("SELECT 'say \"no\"' AS Said, CAST(NULL AS integer) AS nothing, 7 / 2, count(*)")

    place = ended["ResultConfiguration"]["OutputLocation"]
    assert place == f"s3://{athena.lake.name}/results/{ended['QueryExecutionId']}.csv"
    assert athena.lake.text(place) == '"said","nothing","_col2","_col3"\n"say ""no""",,"3","1"\n'


def test_parameters_take_the_places_of_question_marks(athena: Athena) -> None:
    athena.make_prices()
    athena.rows("MSCK REPAIR TABLE prices")

    assert athena.rows("SELECT n FROM prices WHERE pair = ? AND bid > ?", "'USD/BRL'", "5") == [["2"]]
    short = athena.execute("SELECT n FROM prices WHERE pair = ? AND bid > ?", "'USD/BRL'")
    assert short["Status"]["StateChangeReason"].startswith("SYNTAX_ERROR: Incorrect number of parameters")


def test_csv_and_json_files_are_read_with_the_types_of_the_catalog(athena: Athena) -> None:
    lake = athena.lake
    lake.put("lazy/a.csv", "id,amount\n1,2.50\n2,none\n")
    lake.put("open/a.csv", 'id,amount\n"1","2,50"\n')
    lake.put("json/a.json", '{"id": 1, "tags": ["a", "b"], "at": "2026-01-05 10:00:00"}\n{"id": 2}\n')
    athena.rows(
        "CREATE EXTERNAL TABLE lazy (id int, amount decimal(9,2)) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        f"LOCATION 's3://{lake.name}/lazy/' TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    athena.rows(
        "CREATE EXTERNAL TABLE opened (id string, amount string) "
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' "
        f"LOCATION 's3://{lake.name}/open/' TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    athena.rows(
        "CREATE EXTERNAL TABLE jsons (id bigint, tags array<string>, at timestamp) "
        f"ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{lake.name}/json/'"
    )

    assert athena.rows("SELECT * FROM lazy") == [["1", "2.50"], ["2", None]]
    assert athena.rows("SELECT * FROM opened") == [["1", "2,50"]]
    assert athena.rows("SELECT * FROM jsons") == [["1", "[a, b]", "2026-01-05 10:00:00.000"], ["2", None, None]]


def test_a_view_is_read_with_the_tables_of_its_own_database(athena: Athena) -> None:
    athena.make_prices()
    athena.rows("MSCK REPAIR TABLE prices")
    athena.rows("CREATE VIEW newest AS SELECT pair, max(n) AS n FROM prices GROUP BY pair")
    athena.rows("CREATE OR REPLACE VIEW newest AS SELECT pair, max(n) + 10 AS n FROM prices GROUP BY pair")

    assert athena.rows("WITH prices AS (SELECT * FROM prices) SELECT count(*) FROM prices") == [["3"]]
    assert athena.rows("SELECT v.n FROM newest v ORDER BY 1") == [["12"], ["13"]]
    assert athena.rows("SHOW TABLES") == [["newest"], ["prices"]]
    athena.rows("DROP VIEW newest")
    assert "TABLE_NOT_FOUND" in athena.reason("SELECT * FROM newest")


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


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELEC 1", "SYNTAX_ERROR"),
        ("SELECT * FROM nowhere", "TABLE_NOT_FOUND"),
        ("SELECT missing FROM (SELECT 1 AS there)", "COLUMN_NOT_FOUND"),
        ("SELECT no_such_function(1)", "FUNCTION_NOT_FOUND"),
        ("SELECT CAST('x' AS integer)", "HIVE_BAD_DATA"),
        ("VACUUM prices", "NOT_SUPPORTED"),
    ],
)
def test_a_query_that_cannot_be_run_fails_with_its_reason(athena: Athena, query: str, reason: str) -> None:
    assert athena.reason(query).startswith(reason)


def test_a_file_that_is_not_what_the_catalog_says_fails_the_query(athena: Athena) -> None:
    athena.lake.put("broken/a.parquet", "no parquet")
    athena.rows(f"CREATE EXTERNAL TABLE broken (n int) STORED AS PARQUET LOCATION 's3://{athena.lake.name}/broken/'")

    assert [athena.database] in athena.rows("SHOW DATABASES")
    assert athena.reason("SELECT * FROM broken").startswith("HIVE_BAD_DATA")


def test_an_execution_waits_for_its_query_and_fails_with_it(athena: Athena) -> None:
    def a_task(query: str) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::athena:startQueryExecution.sync",
            "Parameters": {
                "QueryString.$": f"States.Format('{query}', $.n)",
                "QueryExecutionContext": {"Database": athena.database},
                "ResultConfiguration": {"OutputLocation": f"s3://{athena.lake.name}/results/"},
            },
            "ResultPath": "$.query",
        }

    machine = athena.lake.make_machine(
        Right={**a_task("SELECT {} AS n"), "Next": "Results"},
        Results={
            "Type": "Task",
            "Resource": "arn:aws:states:::athena:getQueryResults",
            "Parameters": {"QueryExecutionId.$": "$.query.QueryExecution.QueryExecutionId"},
            "ResultPath": "$.answer",
            "Next": "Wrong",
        },
        Wrong={
            **a_task("SELECT {} FROM nowhere"),
            "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.why", "Next": "Told"}],
            "End": True,
        },
        Told={"Type": "Pass", "End": True},
    )

    told = json.loads(athena.lake.executed(machine, {"n": 7})["output"])

    assert told["answer"]["ResultSet"]["Rows"][1]["Data"] == [{"VarCharValue": "7"}]
    assert "TABLE_NOT_FOUND" in json.loads(told["why"]["Cause"])["QueryExecution"]["Status"]["StateChangeReason"]


def test_what_a_work_group_enforces_goes_before_what_a_query_says(athena: Athena) -> None:
    client, place = athena.lake.client("athena"), f"s3://{athena.lake.name}/group/"
    client.create_work_group(
        Name=athena.lake.name,
        Configuration={"EnforceWorkGroupConfiguration": True, "ResultConfiguration": {"OutputLocation": place}},
    )
    started = client.start_query_execution(
        QueryString="SELECT 1",
        WorkGroup=athena.lake.name,
        ResultConfiguration={"OutputLocation": f"s3://{athena.lake.name}/own/"},
    )["QueryExecutionId"]

    eventually(lambda: bool(athena.lake.keys("group/")), "the result")
    assert athena.lake.keys("group/") == [f"group/{started}.csv"]
