"""What Firehose delivers without the lines about some users: JSON lines, gzipped or not, one file after the other."""

from __future__ import annotations

import base64
import binascii
import gzip
from typing import TYPE_CHECKING, Final

import msgspec

from lake.erasing.decoding import is_gzip
from lake.erasing.people import USER
from lake.loading import receiving

if TYPE_CHECKING:
    from lake.erasing.people import People
    from lake.storage.objects import Objects

PREFIXES: Final = ("decisions/", "decisions-failed/", "doors-failed/")
"""What Firehose could put there, and what it could not, of the log and of the streams."""


class _Line(msgspec.Struct):
    """Of a decision the user; of what could not be delivered the decision itself, in Base64."""

    user_id: str | None = None
    raw: str | None = msgspec.field(default=None, name="rawData")


_DECODER: Final = msgspec.json.Decoder(_Line)


def erase(objects: Objects, people: People) -> int:
    """Take the lines away that are about somebody; tells how many. To do it again finds none."""
    if USER not in people.subjects:
        return 0
    return sum(_erase(objects, each.key, people) for prefix in PREFIXES for each in objects.listed(prefix))


def _erase(objects: Objects, key: str, people: People) -> int:
    content = objects.read(key)
    zipped = is_gzip(content)
    # Firehose joins what several calls gave it: one gzip member behind the other, which are read as one.
    lines = (gzip.decompress(content) if zipped else content).splitlines(keepends=True)
    kept = [line for line in lines if not _is_about(line, people)]
    if len(kept) < len(lines):
        left = b"".join(kept)
        was_received = receiving.receipt_of(objects, key)
        if left:
            objects.put(key, gzip.compress(left, mtime=0) if zipped else left)
            if was_received is not None:  # What is left of it was received as well.
                receiving.give_receipt(objects, key, was_received)
        else:
            objects.remove(key)
    return len(lines) - len(kept)


def _is_about(line: bytes, people: People) -> bool:
    """Whether a line is about somebody; where it does not say about whom, whether it names them at all."""
    try:
        said = _DECODER.decode(line)
        if said.raw is not None:
            return _is_about(base64.b64decode(said.raw), people)
    except (msgspec.MsgspecError, UnicodeError, binascii.Error):
        said = _Line()
    if said.user_id is None:
        return bool(people.in_text(line.decode("utf-8", "replace"), {USER}))
    return people.find(USER, said.user_id) is not None
