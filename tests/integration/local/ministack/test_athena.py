"""Athena's queries on files, views and Iceberg tables of the Glue catalog."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyathena
import pytest

from tests.integration.local.ministack.athena_world import MOMENTS, PRICES, as_parquet
from tests.integration.local.ministack.lake_world import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.local.ministack.athena_world import Athena

pytestmark = pytest.mark.integration


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


def test_partitions_are_added_and_dropped_by_hand(athena: Athena) -> None:
    athena.make_prices()
    other = athena.lake.put("elsewhere/rows.parquet", as_parquet(PRICES.slice(2))).rpartition("/")[0]
    athena.rows(f"ALTER TABLE prices ADD PARTITION (day = '2026-01-05') PARTITION (day='other') LOCATION '{other}/'")

    assert athena.rows("SELECT day, n FROM prices ORDER BY n") == [
        ["2026-01-05", "1"],
        ["2026-01-05", "2"],
        ["other", "3"],
    ]
    assert "already exists" in athena.reason("ALTER TABLE prices ADD PARTITION (day = 'other')")
    athena.rows("ALTER TABLE prices ADD IF NOT EXISTS PARTITION (day = 'other')")
    athena.rows("ALTER TABLE prices DROP PARTITION (day = 'other')")
    assert athena.rows("SHOW PARTITIONS prices") == [["day=2026-01-05"]]
    assert "not found" in athena.reason("ALTER TABLE prices DROP PARTITION (day = 'other')")


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
