"""What the stack makes for those who ask the lake, made by MiniStack's CloudFormation and used."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contract.reading import contracts
from lake.engines.session import silver
from lake.ingestion.conversion import QUARANTINE
from lake.loading.accounting import SCHEMA
from lake.queries.athena import Athena
from lake.queries.catalogue import Databases, Statement
from tests.integration.local.ministack.lake_world import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration

STACK, STAGE = "lake-queries", "asked"
"""A stage of its own, since others deploy that of the laptop to the same MiniStack."""
KINDS = ("AWS::Athena::WorkGroup", "AWS::Athena::NamedQuery", "AWS::Glue::Database", "AWS::Glue::Table")
OTHERS = ("TypedCrawler", "TypedCrawlerRole", "LakeBucket", "DataKey")
ORDER = {"order_id": "1", "customer_id": "7", "event_time": datetime.fromisoformat("2024-03-01T10:00:00")}


@pytest.fixture(scope="module")
def bucket(templates: dict[str, dict[str, Any]], ministack: BareMiniStack) -> str:
    """The lake's bucket, in a stack of those resources of the laptop's that ask and are asked."""
    template = templates["local"]
    asking = {name: each for name, each in template["Resources"].items() if each["Type"] in KINDS or name in OTHERS}
    parts = {"Parameters": template["Parameters"], "Conditions": template["Conditions"], "Resources": asking}
    stacks = ministack.client("cloudformation")
    body = json.dumps(parts).replace("divisa-local", f"divisa-{STAGE}").replace("divisa_local", f"divisa_{STAGE}")
    stacks.create_stack(StackName=STACK, TemplateBody=body)

    def stack() -> dict[str, Any]:
        found: dict[str, Any] = stacks.describe_stacks(StackName=STACK)["Stacks"][0]
        return found

    eventually(lambda: stack()["StackStatus"] != "CREATE_IN_PROGRESS", "the stack")
    assert stack()["StackStatus"] == "CREATE_COMPLETE", stack()
    found = stacks.describe_stack_resource(StackName=STACK, LogicalResourceId="LakeBucket")
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


@pytest.fixture
def athena(bucket: str, ministack: BareMiniStack) -> Iterator[Athena]:
    settings = ministack.addresses.client_settings("athena")
    with closing(Athena(Databases.of_stage(STAGE), work_group=f"divisa-{STAGE}", client_settings=settings)) as asked:
        yield asked


def put(ministack: BareMiniStack, bucket: str, key: str, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema), out)
    ministack.client("s3").put_object(Bucket=bucket, Key=key, Body=bytes(out.getvalue()))


def test_a_saved_query_is_asked_where_its_work_group_says_of_tables_that_no_run_has_made(
    bucket: str, ministack: BareMiniStack
) -> None:
    asked = ministack.client("athena")
    account = {name: 2 for name in SCHEMA.names if SCHEMA.field(name).type == pa.int64()}
    put(ministack, bucket, "accounts/dataset=hr_jobs/accounts.parquet", [{"dataset": "hr_jobs", **account}], SCHEMA)
    ids = asked.list_named_queries(WorkGroup="divisa-asked")["NamedQueryIds"]
    saved = {each["Name"]: each for each in asked.batch_get_named_query(NamedQueryIds=ids)["NamedQueries"]}
    query = saved["rows_by_dataset"]
    started = asked.start_query_execution(QueryString=query["QueryString"], WorkGroup=query["WorkGroup"])

    def execution() -> Any:
        return asked.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]

    eventually(lambda: execution()["Status"]["State"] not in {"QUEUED", "RUNNING"}, "the query")
    assert execution()["Status"]["State"] == "SUCCEEDED", execution()["Status"]
    place = execution()["ResultConfiguration"]["OutputLocation"]
    assert place.startswith(f"s3://{bucket}/queries/analyst/")
    body = ministack.client("s3").get_object(Bucket=bucket, Key=place.partition(f"{bucket}/")[2])["Body"].read()
    assert body.decode().splitlines()[1].startswith('"hr_jobs","1","2"')


def test_rows_that_were_set_aside_and_rows_that_came_too_late_are_found_by_their_day(
    athena: Athena, bucket: str, ministack: BareMiniStack
) -> None:
    aside = {"_line": 2, "raw": b"x", "reasons": ["ragged"], "says": ["too few columns"]}
    put(ministack, bucket, "quarantine/hr_jobs/load_date=2024-03-01/ab12.parquet", [aside], QUARANTINE)
    schema = silver(contracts()["shop_orders"]).schema
    late = [{field.name: ORDER.get(field.name) for field in schema}]
    loose = pa.schema([field.with_nullable(True) for field in schema])
    put(ministack, bucket, "late/shop_orders/load_date=2024-03-02/ab12.parquet", late, loose)

    assert athena.run("quarantine_by_reason", {"since": "2024-03-01"})["reason"].to_pylist() == ["ragged"]
    sql = 'SELECT order_id, load_date FROM "divisa_asked_files".late_shop_orders'
    assert athena.answer(Statement(sql, ())).to_pylist() == [{"order_id": "1", "load_date": "2024-03-02"}]


def test_the_crawler_of_the_stack_finds_what_each_file_said_and_columns_that_came_later(
    athena: Athena, bucket: str, ministack: BareMiniStack
) -> None:
    glue = ministack.client("glue")
    old = pa.schema([("pair", pa.string()), ("bid", pa.decimal128(18, 9))])
    put(ministack, bucket, "typed/fx_prices/load_date=2024-03-01/ab12.parquet", [{"pair": "USD/MXN"}], old)
    new = old.append(pa.field("source", pa.string()))
    row = {"pair": "USD/MXN", "bid": Decimal("17.5"), "source": "bank"}
    put(ministack, bucket, "typed/fx_prices/load_date=2024-03-02/cd34.parquet", [row], new)
    glue.start_crawler(Name="divisa-asked-typed")
    eventually(lambda: glue.get_crawler(Name="divisa-asked-typed")["Crawler"]["State"] == "READY", "the crawl")

    assert glue.get_crawler(Name="divisa-asked-typed")["Crawler"]["LastCrawl"]["Status"] == "SUCCEEDED"
    sql = 'SELECT load_date, source FROM "divisa_asked_files".typed_fx_prices ORDER BY load_date'
    assert [tuple(row.values()) for row in athena.answer(Statement(sql, ())).to_pylist()] == [
        ("2024-03-01", None),
        ("2024-03-02", "bank"),
    ]
