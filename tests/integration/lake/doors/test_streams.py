"""What the streams carry comes through Firehose into typed rows, on a MiniStack whose Firehose delivers as AWS does."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from divisa.adapters.aws.ledger_stream import KinesisLedgerStream
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from lake.contract.reading import contracts
from lake.ingestion.conversion import convert_file
from lake.ingestion.forms import dataset_of, form_of
from local.addresses import Addresses
from local.ministack import environment, process
from local.processes import Supervisor, free_port
from tests.builders import WEDNESDAY, a_quote, an_entry
from tests.ministack import BareMiniStack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.integration, pytest.mark.slow]

BUCKET = "lake"
ROLE = "arn:aws:iam::000000000000:role/door"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareMiniStack]:
    home, port, interpreter = tmp_path_factory.mktemp("ministack"), free_port(), environment.python()
    part = process.part(interpreter=interpreter, home=home / "data", port=port)
    bare = BareMiniStack(Addresses(process.endpoint_url(port)))
    supervisor = Supervisor(home)
    supervisor.start(part)
    try:
        bare.client("s3").create_bucket(Bucket=BUCKET)
        yield bare
    finally:
        bare.close()
        supervisor.stop(process.NAME)


def opened(cloud: BareMiniStack, stream: str, dataset: str) -> None:
    """A stream, and a delivery of it as `infra/lake_doors.yml` has it, which gathers for a second."""
    kinesis, firehose = cloud.client("kinesis"), cloud.client("firehose")
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    delimiter = {"ParameterName": "Delimiter", "ParameterValue": "\\n"}
    firehose.create_delivery_stream(
        DeliveryStreamName=f"{stream}-door",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": ROLE},
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
    opened(cloud, "quotes", "fx_prices")
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
    opened(cloud, "transactions", "fx_transactions")
    entries = [an_entry(quantity=f"{number}.50", price="17.00") for number in range(1, 20)]

    KinesisLedgerStream(cloud.client("kinesis"), "transactions").publish(entries)

    rows = landed(cloud, "fx_transactions", tmp_path)
    assert [(row["user_id"], row["quantity"], row["price"]) for row in rows] == [
        (entry.transaction.user_id, entry.transaction.quantity, entry.transaction.price) for entry in entries
    ]
