"""Crawlers that write what lies in S3 into the Glue catalog, and the queries that then read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tests.integration.local.ministack.athena_world import PRICES, as_parquet
from tests.integration.local.ministack.lake_world import ROLE, eventually

if TYPE_CHECKING:
    from tests.integration.local.ministack.athena_world import Athena

pytestmark = pytest.mark.integration


def crawled(athena: Athena, *folders: str) -> Any:
    """The first crawl of a crawler of these folders."""
    glue, name = athena.lake.client("glue"), athena.lake.name
    targets = {"S3Targets": [{"Path": f"s3://{name}/{folder}"} for folder in folders]}
    glue.create_crawler(Name=name, Role=ROLE, DatabaseName=athena.database, Targets=targets)
    return crawled_again(athena)


def crawled_again(athena: Athena) -> Any:
    glue, name = athena.lake.client("glue"), athena.lake.name
    glue.start_crawler(Name=name)
    eventually(lambda: glue.get_crawler(Name=name)["Crawler"]["State"] == "READY", "the crawl")
    return glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]


def columns(athena: Athena, table: str) -> dict[str, str]:
    found = athena.lake.client("glue").get_table(DatabaseName=athena.database, Name=table)["Table"]
    listed = [*found["StorageDescriptor"]["Columns"], *found["PartitionKeys"]]
    return {each["Name"]: each["Type"] for each in listed}


def test_a_crawler_finds_parquet_with_its_types_and_partitions_and_those_that_come_later(athena: Athena) -> None:
    lake = athena.lake
    lake.put("prices/day=2026-01-05/a.parquet", as_parquet(PRICES.slice(0, 2)))

    assert crawled(athena, "prices/")["Status"] == "SUCCEEDED"
    assert columns(athena, "prices") == {
        "pair": "string",
        "bid": "decimal(18,2)",
        "at": "timestamp",
        "n": "bigint",
        "day": "string",
    }
    assert athena.rows("SELECT day, count(*) FROM prices GROUP BY day") == [["2026-01-05", "2"]]
    [metrics] = lake.client("glue").get_crawler_metrics(CrawlerNameList=[lake.name])["CrawlerMetricsList"]
    assert (metrics["TablesCreated"], metrics["TablesUpdated"]) == (1, 0)

    more = PRICES.slice(2).append_column("source", pa.array(["bank"]))
    lake.put("prices/day=2026-01-06/a.parquet", as_parquet(more))
    assert crawled_again(athena)["Status"] == "SUCCEEDED"
    assert athena.rows("SELECT day, source FROM prices ORDER BY n") == [
        ["2026-01-05", None],
        ["2026-01-05", None],
        ["2026-01-06", "bank"],
    ]


def test_a_crawler_makes_a_table_of_each_folder_and_reads_csv_and_json_lines(athena: Athena) -> None:
    lake = athena.lake
    lake.put("zone/plain/a.csv", "Id;Amount;Day\n1;2.5;2026-01-05\n2;3;2026-01-06\n")
    lake.put("zone/quoted/a.csv", 'id,name\n1,"Ana, María"\n')
    lake.put("zone/events/a.json", '{"id": 1, "at": "2026-01-05 10:00:00", "tags": ["a"], "by": {"who": "x"}}\n')

    assert crawled(athena, "zone")["Status"] == "SUCCEEDED"

    assert columns(athena, "plain") == {"id": "bigint", "amount": "double", "day": "string"}
    assert columns(athena, "quoted") == {"id": "string", "name": "string"}
    assert columns(athena, "events") == {
        "id": "bigint",
        "at": "string",
        "tags": "array<string>",
        "by": "struct<who:string>",
    }
    assert athena.rows("SELECT * FROM plain") == [["1", "2.5", "2026-01-05"], ["2", "3.0", "2026-01-06"]]
    assert athena.rows("SELECT name FROM quoted") == [["Ana, María"]]
    assert athena.rows("SELECT at, tags[1], by.who FROM events") == [["2026-01-05 10:00:00", "a", "x"]]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a.csv": bytes(range(256))}, "neither Parquet, nor JSON lines, nor CSV"),
        ({"a.txt": b"no table at all"}, "neither Parquet, nor JSON lines, nor CSV"),
        ({"a.parquet": b"PAR1 and then nothing"}, "parquet"),
        ({"a.csv": b"a,b\n1,2\n", "b.json": b'{"a": 1}\n'}, "files of different kinds: csv, json"),
        ({"day=1/a.csv": b"a,b\n1,2\n", "b.csv": b"a,b\n1,2\n"}, "not those of one table's partitions"),
    ],
    ids=["bytes", "prose", "cut", "mixed", "folders"],
)
def test_a_crawler_over_rubbish_fails_says_so_and_makes_no_table(
    athena: Athena, files: dict[str, bytes], reason: str
) -> None:
    for name, content in files.items():
        athena.lake.put(f"rubbish/{name}", content)

    last = crawled(athena, "rubbish/")

    assert last["Status"] == "FAILED"
    assert reason in last["ErrorMessage"]
    assert athena.rows("SHOW TABLES") == []


def test_a_crawler_of_a_bucket_that_is_not_there_fails(athena: Athena) -> None:
    glue = athena.lake.client("glue")
    glue.create_crawler(
        Name=athena.lake.name,
        Role=ROLE,
        DatabaseName=athena.database,
        Targets={"S3Targets": [{"Path": "s3://no-such-bucket-of-ours/x/"}]},
    )

    last = crawled_again(athena)

    assert last["Status"] == "FAILED"
    assert "no-such-bucket-of-ours" in last["ErrorMessage"]
