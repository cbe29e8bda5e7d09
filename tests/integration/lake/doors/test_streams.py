"""What streams and tables carry comes through Firehose into typed rows, on a MiniStack that delivers as AWS does."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from divisa.adapters.aws.ledger_stream import KinesisLedgerStream
from divisa.adapters.aws.outcomes import DynamoOutcomes
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from divisa.adapters.aws.suggestions import suggestion_item
from divisa.domain.suggestion import Suppression
from lake.contract.reading import contracts
from lake.ingestion.conversion import convert_file
from lake.ingestion.forms import dataset_of, form_of
from local.addresses import Addresses
from local.mappings.dynamodb_source import DynamoDBSource
from local.mappings.sources import Start
from local.ministack import environment, process
from local.processes import Supervisor, free_port
from stream_consumers import to_lake
from tests.builders import WEDNESDAY, a_quote, a_suggestion, an_entry, an_outcome
from tests.contract.conftest import make_tables
from tests.ministack import BareMiniStack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.stream_consumers.conftest import Output

pytestmark = [pytest.mark.integration, pytest.mark.slow]

BUCKET = "lake"
ROLE = "arn:aws:iam::000000000000:role/door"


class Cloud(BareMiniStack):
    """A MiniStack that can be stopped and started."""

    def begin(self, home: Path) -> None:
        port = int(self.endpoint_url.rpartition(":")[2])
        part = process.part(interpreter=environment.python(), home=home / "data", port=port)
        Supervisor(home).start(part)

    def end(self, home: Path) -> None:
        Supervisor(home).stop(process.NAME)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ministack")


@pytest.fixture(scope="module")
def cloud(home: Path) -> Iterator[Cloud]:
    bare = Cloud(Addresses(process.endpoint_url(free_port())))
    bare.begin(home)
    try:
        bare.client("s3").create_bucket(Bucket=BUCKET)
        yield bare
    finally:
        bare.close()
        bare.end(home)


def carried(cloud: BareMiniStack, stream: str) -> dict[str, Any]:
    """A stream of Kinesis as the source of a delivery."""
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    source = {"KinesisStreamARN": arn, "RoleARN": ROLE}
    return {"DeliveryStreamType": "KinesisStreamAsSource", "KinesisStreamSourceConfiguration": source}


def opened(cloud: BareMiniStack, door: str, dataset: str, **source: Any) -> None:
    """A delivery as `infra/lake_doors.yml` has it, which gathers for a second."""
    delimiter = {"ParameterName": "Delimiter", "ParameterValue": "\\n"}
    cloud.client("firehose").create_delivery_stream(
        DeliveryStreamName=door,
        **source,
        ExtendedS3DestinationConfiguration={
            "BucketARN": f"arn:aws:s3:::{BUCKET}",
            "RoleARN": ROLE,
            "Prefix": f"landing/{dataset}/stream/day=!{{timestamp:yyyy-MM-dd}}/",
            "ErrorOutputPrefix": f"doors-failed/{dataset}/",
            "CompressionFormat": "GZIP",
            "BufferingHints": {"IntervalInSeconds": 1, "SizeInMBs": 64},
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [{"Type": "AppendDelimiterToRecord", "Parameters": [delimiter]}],
            },
        },
    )


def landed(cloud: BareMiniStack, dataset: str, folder: Path) -> list[Any]:
    """The rows of all files that have landed, once there is one."""
    s3, until = cloud.client("s3"), time.monotonic() + 10
    while not (found := s3.list_objects_v2(Bucket=BUCKET, Prefix=f"landing/{dataset}/").get("Contents", [])):
        assert time.monotonic() < until, "nothing has landed"
        time.sleep(0.1)
    rows: list[Any] = []
    for each in found:
        assert dataset_of(each["Key"]) == dataset
        file = folder / "file"
        file.write_bytes(s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read())
        outs = folder / "rows.parquet", folder / "aside.parquet"
        account = convert_file(
            file, contracts()[dataset], *outs, received_at=datetime.now(UTC), form=form_of(each["Key"])
        )
        assert account.quarantine == {}
        rows += pq.read_table(outs[0]).to_pylist()
    assert len(found) == 1, "records are gathered into one file"
    return rows


def test_quotes_that_were_packed_for_the_stream_are_prices_of_the_lake(cloud: BareMiniStack, tmp_path: Path) -> None:
    opened(cloud, "quotes-door", "fx_prices", **carried(cloud, "quotes"))
    quotes = [
        replace(a_quote(), event_time=WEDNESDAY + timedelta(seconds=number), sequence=number) for number in range(50)
    ]

    KinesisQuoteStream(cloud.client("kinesis"), "quotes").publish(quotes[:30])
    KinesisQuoteStream(cloud.client("kinesis"), "quotes").publish(quotes[30:])

    rows = landed(cloud, "fx_prices", tmp_path)
    assert [(row["event_time"].replace(tzinfo=UTC), row["bid"], row["ask"]) for row in rows] == [
        (quote.event_time, quote.bid, quote.ask) for quote in quotes
    ]


def test_entries_of_the_ledger_are_transactions_of_the_lake(cloud: BareMiniStack, tmp_path: Path) -> None:
    opened(cloud, "transactions-door", "fx_transactions", **carried(cloud, "transactions"))
    entries = [an_entry(quantity=f"{number}.50", price="17.00") for number in range(1, 20)]

    KinesisLedgerStream(cloud.client("kinesis"), "transactions").publish(entries)

    rows = landed(cloud, "fx_transactions", tmp_path)
    assert [(row["user_id"], row["quantity"], row["price"]) for row in rows] == [
        (entry.transaction.user_id, entry.transaction.quantity, entry.transaction.price) for entry in entries
    ]


def handed_on(cloud: BareMiniStack, table: str, context: LambdaContext) -> None:
    """What was written to a table, given to the function as a mapping would: all that its stream has in one batch."""
    arn = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    source = DynamoDBSource(cloud.client("dynamodbstreams"), arn)
    events = [event for shard in source.shards() for event in source.reader(shard.shard_id, Start()).read().events]
    assert to_lake.handler({"Records": events}, context) == {"batchItemFailures": []}


def test_what_is_written_to_the_tables_of_suggestions_and_outcomes_is_rows_of_the_lake(
    cloud: BareMiniStack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    context: LambdaContext,
    output: Output,
) -> None:
    for name, value in cloud.environ().items():
        monkeypatch.setenv(name, value)
    tables = make_tables(cloud)
    told = {"STAGE": "test", "TABLE_PREFIX": tables.outcomes.name.removesuffix("outcomes"), "CLOCK": "system"}
    for name, value in {**told, "SUGGESTIONS_DOOR_NAME": "made", "OUTCOMES_DOOR_NAME": "known"}.items():
        monkeypatch.setenv(name, value)
    opened(cloud, "made", "fx_suggestions")
    opened(cloud, "known", "fx_outcomes")
    to_lake._work.cache_clear()

    suppressed = (None, Suppression.HOLDOUT, Suppression.COOLDOWN)
    made = [a_suggestion(suggestion_id=f"s-{number}", suppressed=why) for number, why in enumerate(suppressed)]
    tables.suggestions.put_many(map(suggestion_item, made))
    early = an_outcome(known_until=WEDNESDAY + timedelta(hours=1), traded_at=None, traded_quantity=None)
    for outcome in (early, an_outcome()):
        DynamoOutcomes(tables.outcomes).put_many([outcome])
    for table in (tables.suggestions, tables.outcomes):
        handed_on(cloud, table.name, context)
    to_lake._work.cache_clear()

    suggestions = {row["suggestion_id"]: row["told"] for row in landed(cloud, "fx_suggestions", tmp_path)}
    assert suggestions == {"s-0": True, "s-1": False}
    first, second = landed(cloud, "fx_outcomes", tmp_path)
    assert (first["traded_at"], second["traded_quantity"]) == (None, an_outcome().traded_quantity)
    assert first["known_until"] < second["known_until"]


def test_what_is_gathered_when_the_laptops_cloud_stops_is_delivered_once_it_runs_again(
    cloud: Cloud, home: Path, tmp_path: Path
) -> None:
    opened(cloud, "restarted", "fx_prices_kept")
    cloud.client("firehose").put_record_batch(
        DeliveryStreamName="restarted", Records=[{"Data": b"one"}, {"Data": b"two"}]
    )

    cloud.end(home)
    cloud.begin(home)

    s3, until = cloud.client("s3"), time.monotonic() + 10
    while not (found := s3.list_objects_v2(Bucket=BUCKET, Prefix="landing/fx_prices_kept/").get("Contents", [])):
        assert time.monotonic() < until, "nothing was kept"
        time.sleep(0.1)
    assert [gzip.decompress(s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()) for each in found] == [
        b"one\ntwo\n"
    ]
