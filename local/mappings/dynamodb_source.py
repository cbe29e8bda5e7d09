"""Reading DynamoDB streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.mappings.records import JsonObject, dynamodb_event
from local.mappings.sources import Page, Shard, ShardReader, Start, StreamGone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodbstreams.client import DynamoDBStreamsClient

PAGE_RECORDS = 1000


class DynamoDBSource:
    """A table's stream, by ARN."""

    def __init__(self, client: DynamoDBStreamsClient, stream_arn: str) -> None:
        self._client = client
        self._arn = stream_arn

    def shards(self) -> Sequence[Shard]:
        """See `StreamSource.shards`."""
        found: list[Shard] = []
        last: str | None = None
        while True:
            try:
                described = (
                    self._client.describe_stream(StreamArn=self._arn)
                    if last is None
                    else self._client.describe_stream(StreamArn=self._arn, ExclusiveStartShardId=last)
                )["StreamDescription"]
            except self._client.exceptions.ResourceNotFoundException as cause:
                raise StreamGone(self._arn) from cause
            for one in described["Shards"]:
                parent = one.get("ParentShardId")
                found.append(Shard(one["ShardId"], (parent,) if parent else ()))
            last = described.get("LastEvaluatedShardId")
            if not last:
                return found

    def reader(self, shard_id: str, start: Start) -> ShardReader:
        """See `StreamSource.reader`."""
        return _DynamoDBReader(self._client, self._arn, shard_id, start)


class _DynamoDBReader:
    """Reads after a sequence number, or all and leaves out what is before the start.

    A table's stream knows no iterator by time, and one after a sequence number that it has dropped (24 hours, or a
    store that came back from an older snapshot) is refused: both begin at the oldest record instead.
    """

    def __init__(self, client: DynamoDBStreamsClient, stream_arn: str, shard_id: str, start: Start) -> None:
        self._client = client
        self._arn = stream_arn
        self._shard_id = shard_id
        self._start = start
        self._iterator: str | None = None

    def read(self) -> Page:
        try:
            if self._iterator is None:
                self._iterator = self._open()
            response = self._client.get_records(ShardIterator=self._iterator, Limit=PAGE_RECORDS)
        except ClientError as cause:
            code = cause.response["Error"]["Code"]
            if code == "ResourceNotFoundException":
                raise StreamGone(self._arn) from cause
            if code not in {"ExpiredIteratorException", "TrimmedDataAccessException"}:
                raise
            self._iterator = None
            return Page([])
        events = [dynamodb_event(record, self._arn) for record in response["Records"]]
        wanted = [event for event in events if self._wants(event)]
        if events:
            last: str = events[-1]["dynamodb"]["SequenceNumber"]
            self._start = Start(after=last, since=self._start.since)
        self._iterator = response.get("NextShardIterator")
        return Page(wanted, closed=self._iterator is None)

    def _wants(self, event: JsonObject) -> bool:
        change = event["dynamodb"]
        if self._start.after is not None and int(change["SequenceNumber"]) <= int(self._start.after):
            return False
        # Creation times are whole seconds, so is the comparison.
        return self._start.since is None or change["ApproximateCreationDateTime"] >= int(self._start.since)

    def _open(self) -> str:
        client, arn, shard_id = self._client, self._arn, self._shard_id
        if self._start.after is not None:
            try:
                return client.get_shard_iterator(
                    StreamArn=arn,
                    ShardId=shard_id,
                    ShardIteratorType="AFTER_SEQUENCE_NUMBER",
                    SequenceNumber=self._start.after,
                )["ShardIterator"]
            except client.exceptions.TrimmedDataAccessException:
                pass
        opened = client.get_shard_iterator(StreamArn=arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
        return opened["ShardIterator"]
