"""What Firehose gathers, delivered as AWS does. MiniStack's own interpreter runs this.

MiniStack puts each record into a file of its own, at once, as its bytes are. On AWS what the Kinesis Producer Library
packed is taken apart where a Kinesis stream is the source, a delimiter is put behind each record where one is asked
for, and records are gathered for so many seconds or bytes into one file, gzipped where that is asked for. So it is
here, of Kinesis streams and of what is put to a delivery stream that asks for a delimiter. What is put to one that asks
for none is whole lines, which MiniStack itself delivers, so that nobody on a laptop has to wait for them.

What is gathered and not delivered yet is part of what MiniStack keeps over a stop; it waits anew after the start.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

KEPT: Final = "_gathered"
"""Of MiniStack's state of Firehose: what is not delivered yet, by the names of streams and destinations."""
MAGIC: Final = b"\xf3\x89\x9a\xc2"
_DIGEST_BYTES: Final = 16
_VARINT: Final = 0
_RECORDS: Final = 3
_DATA: Final = 3
_MEBIBYTE: Final = 1 << 20
_SECONDS: Final = 300
_MEBIBYTES: Final = 5
"""What AWS takes where no buffering is asked for."""


def user_records(data: bytes) -> list[bytes]:
    """What was put into a record by the Kinesis Producer Library, in order; a record that is no sound pack is its own.

    >>> user_records(b"a quote")
    [b'a quote']
    """
    body, digest = data[len(MAGIC) : -_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if not data.startswith(MAGIC) or hashlib.md5(body, usedforsecurity=False).digest() != digest:
        return [data]
    return [
        content
        for number, record in _fields(body)
        if number == _RECORDS
        for at, content in _fields(record)
        if at == _DATA
    ]


def delivered(records: Iterable[bytes], settings: Mapping[str, Any]) -> bytes:
    """The content of a file with some records.

    Args:
        records: what was put to the stream.
        settings: the destination's, as CloudFormation spells them.
    """
    delimited = is_delimited(settings)
    content = b"".join(record + b"\n" if delimited else record for record in records)
    return gzip.compress(content, mtime=0) if settings.get("CompressionFormat") == "GZIP" else content


def is_delimited(settings: Mapping[str, Any]) -> bool:
    """Whether a destination asks for a delimiter behind each record."""
    processing = settings.get("ProcessingConfiguration") or {}
    processors = processing.get("Processors", []) if processing.get("Enabled") else []
    return any(each["Type"] == "AppendDelimiterToRecord" for each in processors)


@dataclass(slots=True)
class Gathering:
    """Records of delivery streams until there are enough of them, or they have waited long enough.

    Attributes:
        deliver: writes a file, of a stream, a destination of it, and the file's content.
    """

    deliver: Callable[[dict[str, Any], dict[str, Any], bytes], None]
    _held: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)

    def kept(self) -> dict[str, dict[str, list[str]]]:
        """What is not delivered yet: records in Base64 by the ARN of the stream, and the id of the destination."""
        kept: dict[str, dict[str, list[str]]] = {}
        for (stream, destination), records in self._held.items():
            kept.setdefault(stream, {})[destination] = [base64.b64encode(each).decode() for each in records]
        return kept

    def take(self, stream: dict[str, Any], destination: dict[str, Any], records: Iterable[bytes]) -> None:
        """Gather some records of a stream; called in the loop that MiniStack answers in."""
        key, settings = (stream["arn"], destination["id"]), destination["config"]
        hints = settings.get("BufferingHints") or {}
        if key not in self._held:
            self._held[key] = []
            seconds = float(hints.get("IntervalInSeconds", _SECONDS))
            asyncio.get_running_loop().call_later(seconds, self._flush, key, stream, destination, self._held[key])
        held = self._held[key]
        held.extend(records)
        if sum(map(len, held)) >= int(hints.get("SizeInMBs", _MEBIBYTES)) * _MEBIBYTE:
            self._flush(key, stream, destination, held)

    def _flush(
        self, key: tuple[str, str], stream: dict[str, Any], destination: dict[str, Any], held: list[bytes]
    ) -> None:
        if self._held.get(key) is held:  # else they were enough before their time had come
            del self._held[key]
            self.deliver(stream, destination, delivered(held, destination["config"]))


def patch() -> None:
    """Let MiniStack's Firehose deliver what its Kinesis streams carry, and what is put to it, as AWS does."""
    from ministack.services import firehose

    gathering = Gathering(firehose._deliver_to_s3)
    loops: list[asyncio.AbstractEventLoop] = []
    put, answer, state, restore = (
        firehose._deliver_records_to_s3,
        firehose.handle_request,
        firehose.get_state,
        firehose.load_persisted_state,
    )

    def ingest(stream_arn: str, records: list[tuple[str, bytes]]) -> None:
        unpacked = [record for _, data in records for record in user_records(data)]
        for stream in list(firehose._streams.values()):
            source = stream.get("kinesis_source") or {}
            if source.get("KinesisStreamARN") == stream_arn and stream.get("status") == "ACTIVE":
                for destination in stream["destinations"]:
                    gathering.take(stream, destination, unpacked)

    async def handle_request(*asked: Any) -> Any:
        loops[:] = [asyncio.get_running_loop()]
        return await answer(*asked)

    def deliver(stream: dict[str, Any], destination: dict[str, Any], records: list[tuple[str, bytes]]) -> None:
        if is_delimited(destination["config"]):
            # What is put is answered in a thread of its own; the loop takes it before it gives the answer.
            destination["records"].clear()  # MiniStack would remember each for ever.
            taken = [record for _, record in records]
            loops[0].call_soon_threadsafe(gathering.take, stream, destination, taken)
        else:
            put(stream, destination, records)

    def get_state() -> dict[str, Any]:
        return {**state(), KEPT: gathering.kept()}

    def load_persisted_state(data: dict[str, Any]) -> None:
        restore(data)
        kept = data.get(KEPT, {})
        for stream in firehose._streams.values():
            for destination in stream["destinations"]:
                if records := kept.get(stream["arn"], {}).get(destination["id"]):
                    gathering.take(stream, destination, map(base64.b64decode, records))

    firehose.ingest_from_kinesis_source = ingest
    firehose.handle_request = handle_request
    firehose._deliver_records_to_s3 = deliver
    firehose.get_state = get_state
    firehose.load_persisted_state = load_persisted_state


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a protobuf message that are bytes, by their numbers; the others here are places in a table."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == _VARINT:
            _, at = _varint(message, at)
        else:
            length, at = _varint(message, at)
            yield tag >> 3, message[at : at + length]
            at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends."""
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at
