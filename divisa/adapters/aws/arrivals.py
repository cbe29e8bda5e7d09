"""A Kinesis record as arrivals of the quote stream: taken apart strictly, each user record decoded or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.kpl import deaggregate, position_of
from divisa.adapters.wire import decode_quote
from divisa.domain.errors import InvalidQuote
from divisa.services.apply_quotes import Arrival

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.quote import Quote


def read_arrivals(data: bytes, sequence_number: str, partition_key: str, arrived_at: datetime) -> list[Arrival]:
    """The arrivals in one record, in order; never raises for what is in it.

    Args:
        data: the record's bytes.
        sequence_number: the record's place in its shard.
        partition_key: the record's key.
        arrived_at: when the stream took it, UTC.

    Returns:
        One arrival a user record; one for the whole record when it is a broken aggregate.
    """
    try:
        records = deaggregate(sequence_number, partition_key, data)
    except InvalidQuote as broken:
        return [Arrival(position_of(sequence_number), data, arrived_at, broken)]
    return [Arrival(record.position, record.data, arrived_at, _content(record.data)) for record in records]


def _content(data: bytes) -> Quote | InvalidQuote:
    try:
        return decode_quote(data)
    except InvalidQuote as refusal:
        return refusal
