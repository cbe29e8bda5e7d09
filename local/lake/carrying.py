"""Made rows through the doors that nobody hands anything in by: the streams, the tables' streams, the decision log."""

from __future__ import annotations

import gzip
import os
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3

from divisa.adapters.aws.decision_log import FirehoseDecisionLog
from divisa.adapters.aws.ledger_stream import KinesisLedgerStream
from divisa.adapters.aws.outcomes import DynamoOutcomes
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from divisa.adapters.aws.suggestions import suggestion_item
from divisa.adapters.aws.tables import Tables
from divisa.domain.errors import LaptopCloudError
from local.lake.feeds import later_rows, shifted
from local.lake.values import decision_of, entry_of, outcome_of, quote_of, suggestion_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from mypy_boto3_firehose import FirehoseClient

    from lake.contract.contract import Contract
    from lake.storage.objects import Objects
    from local.cloud import LaptopCloud

    Rows = Sequence[dict[str, str]]

STREAM, TABLE, LOG = "stream", "table", "log"
DOORS: Final = {
    "fx_prices": STREAM,
    "fx_transactions": STREAM,
    "fx_suggestions": TABLE,
    "fx_outcomes": TABLE,
    "fx_decisions": LOG,
}
"""By which door the rows of a dataset come in."""
BAD: Final = 3
"""Rows of each that the lake sets aside."""
AGAIN: Final = 10
"""Rows of each that come twice."""
_NO_RECORDS: Final = (b"{}", b"one,two", b"\xff\xfe")
_GATHER_SECONDS: Final = {STREAM: 5, TABLE: 1}
"""In which Firehose gathers; rows of tables have come a longer way by then."""
_POLL: Final = 0.3
_MOST_SECONDS: Final = 90.0
_GZIP: Final = b"\x1f\x8b"


@dataclass(slots=True)
class Carrying:
    """The doors of a running laptop cloud, and what was put to them.

    Attributes:
        cloud: the laptop cloud.
        objects: its lake.
        client: gives its client of a service.
    """

    cloud: LaptopCloud
    objects: Objects
    client: Callable[[str], Any]
    _lines: dict[str, int] = field(default_factory=dict)

    def put(self, contract: Contract) -> str:
        """Put the later rows of a dataset to its door: good, late and repeated ones, and some that are none.

        Returns:
            The door.
        """
        rest, late = later_rows(contract)
        ahead = timedelta(days=3) + (datetime.now(UTC) - datetime(2024, 1, 5, tzinfo=UTC))
        future = [shifted(contract, row, -ahead) for row in rest[-BAD:]]
        rows, again, bad = (
            [dict(zip(contract.columns, row, strict=True)) for row in some]
            for some in ([*rest, *late], rest[:AGAIN], future)
        )
        putting = {
            "fx_prices": self._put_quotes,
            "fx_transactions": self._put_entries,
            "fx_suggestions": self._put_suggestions,
            "fx_outcomes": self._put_outcomes,
            "fx_decisions": self._put_decisions,
        }
        putting[contract.dataset](rows, again, bad)
        self._lines[contract.dataset] = len(rows) + len(again) + len(bad)
        return DOORS[contract.dataset]

    def wait(self, doors: Collection[str]) -> None:
        """Wait until all that was put to some doors has landed.

        Raises:
            LaptopCloudError: it has not after a minute and a half.
        """
        until = time.monotonic() + _MOST_SECONDS
        seen: dict[str, int] = {}
        for dataset, lines in self._lines.items():
            if DOORS[dataset] not in doors:
                continue
            folder = "decisions/" if DOORS[dataset] == LOG else f"landing/{dataset}/stream/"
            while (landed := self._landed(folder, seen)) < lines:
                if time.monotonic() > until:
                    raise LaptopCloudError("lake", f"of {lines} rows of {dataset} {landed} have landed")
                time.sleep(_POLL)

    def _landed(self, folder: str, seen: dict[str, int]) -> int:
        for each in self.objects.listed(folder):
            if each.key not in seen:
                content = self.objects.read(each.key)
                lines = gzip.decompress(content) if content.startswith(_GZIP) else content
                seen[each.key] = lines.count(b"\n")
        return sum(count for key, count in seen.items() if key.startswith(folder))

    def _put_quotes(self, rows: Rows, again: Rows, bad: Rows) -> None:
        kinesis, name = self.client("kinesis"), self.cloud.deployment.quotes_stream_name
        stream = KinesisQuoteStream(kinesis, name)
        for some in (rows, again):
            stream.publish(map(quote_of, some))
        _put_no_records(kinesis, name)

    def _put_entries(self, rows: Rows, again: Rows, bad: Rows) -> None:
        kinesis, name = self.client("kinesis"), self.cloud.deployment.transactions_stream_name
        stream = KinesisLedgerStream(kinesis, name)
        for some in (rows, again):
            stream.publish(map(entry_of, some))
        _put_no_records(kinesis, name)

    def _put_suggestions(self, rows: Rows, again: Rows, bad: Rows) -> None:
        table = Tables(self.cloud.deployment.table_prefix).suggestions
        table.put_many(suggestion_item(suggestion_of(row)) for row in (*rows, *bad))
        # What is not changed at all is in no table's stream.
        table.put_many(suggestion_item(replace(suggestion_of(row), episode=2)) for row in again)

    def _put_outcomes(self, rows: Rows, again: Rows, bad: Rows) -> None:
        outcomes = DynamoOutcomes(Tables(self.cloud.deployment.table_prefix).outcomes)
        outcomes.put_many(map(outcome_of, (*rows, *bad)))
        known = map(outcome_of, again)
        outcomes.put_many(replace(each, known_until=each.known_until + timedelta(days=6)) for each in known)

    def _put_decisions(self, rows: Rows, again: Rows, bad: Rows) -> None:
        firehose, name = self.client("firehose"), self.cloud.deployment.decisions_stream_name
        log = FirehoseDecisionLog(firehose, name)
        for some in (rows, again):
            log.write([decision_of(row) for row in some])
        firehose.put_record_batch(
            DeliveryStreamName=name, Records=[{"Data": line + b"\n"} for line in _NO_RECORDS[: len(bad)]]
        )


@contextmanager
def open_carrying(cloud: LaptopCloud, objects: Objects) -> Iterator[Carrying]:
    """The doors of a running laptop cloud; as long as they are open, this process talks to that cloud alone."""
    environ = cloud.addresses.environ()
    before = {name: os.environ.get(name) for name in environ}
    os.environ.update(environ)
    with ExitStack() as opened:

        def client(service: str) -> Any:
            make: Any = boto3.client
            made = make(service, **cloud.addresses.client_settings(service))
            opened.callback(made.close)
            return made

        try:
            _hurry(client("firehose"), cloud)
            yield Carrying(cloud, objects, client)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _hurry(firehose: FirehoseClient, cloud: LaptopCloud) -> None:
    """Have Firehose gather for seconds, as nobody wants to look on for five minutes."""
    names = cloud.deployment
    for stream, door in (
        (names.quotes_door_stream_name, STREAM),
        (names.transactions_door_stream_name, STREAM),
        (names.suggestions_door_stream_name, TABLE),
        (names.outcomes_door_stream_name, TABLE),
    ):
        described = firehose.describe_delivery_stream(DeliveryStreamName=stream)["DeliveryStreamDescription"]
        firehose.update_destination(
            DeliveryStreamName=stream,
            CurrentDeliveryStreamVersionId=described["VersionId"],
            DestinationId=described["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate={
                "BufferingHints": {"IntervalInSeconds": _GATHER_SECONDS[door], "SizeInMBs": 64}
            },
        )


def _put_no_records(kinesis: Any, stream: str) -> None:
    records = [{"Data": line, "PartitionKey": "nobody"} for line in _NO_RECORDS]
    kinesis.put_records(StreamName=stream, Records=records)
