"""Reading Kinesis data streams."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.mappings.records import kinesis_event
from local.mappings.sources import Page, Shard, ShardReader, Start, StreamGone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_kinesis.client import KinesisClient

PAGE_RECORDS = 2000


class KinesisSource:
    """A Kinesis data stream, by ARN."""

    def __init__(self, client: KinesisClient, stream_arn: str) -> None:
        self._client = client
        self._arn = stream_arn

    def shards(self) -> Sequence[Shard]:
        """See `StreamSource.shards`."""
        found: list[Shard] = []
        try:
            for page in self._client.get_paginator("list_shards").paginate(StreamARN=self._arn):
                for one in page["Shards"]:
                    parents = (one.get("ParentShardId"), one.get("AdjacentParentShardId"))
                    found.append(Shard(one["ShardId"], tuple(parent for parent in parents if parent)))
        except self._client.exceptions.ResourceNotFoundException as cause:
            raise StreamGone(self._arn) from cause
        return found

    def reader(self, shard_id: str, start: Start) -> ShardReader:
        """See `StreamSource.reader`."""
        return _KinesisReader(self._client, self._arn, shard_id, start)


class _KinesisReader:
    def __init__(self, client: KinesisClient, stream_arn: str, shard_id: str, start: Start) -> None:
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
                raise StreamGone(f"{self._arn} {self._shard_id}") from cause
            if code != "ExpiredIteratorException":
                raise
            self._iterator = None
            return Page([])
        records = response["Records"]
        if records:
            self._start = Start(after=records[-1]["SequenceNumber"])
        self._iterator = response.get("NextShardIterator")
        events = [kinesis_event(record, self._shard_id, self._arn) for record in records]
        return Page(events, closed=self._iterator is None)

    def _open(self) -> str:
        client, arn, shard_id, start = self._client, self._arn, self._shard_id, self._start
        if start.after is not None:
            opened = client.get_shard_iterator(
                StreamARN=arn,
                ShardId=shard_id,
                ShardIteratorType="AFTER_SEQUENCE_NUMBER",
                StartingSequenceNumber=start.after,
            )
        elif start.since is not None:
            opened = client.get_shard_iterator(
                StreamARN=arn,
                ShardId=shard_id,
                ShardIteratorType="AT_TIMESTAMP",
                Timestamp=datetime.fromtimestamp(start.since, UTC),
            )
        else:
            opened = client.get_shard_iterator(StreamARN=arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
        return opened["ShardIterator"]
