"""Trials of an experiment in a file: CSV with a header, or a JSON object a line.

`user_id,arm,traded,side,channel,reason`: arm is `treated` or `held_out`, traded `true` or `false` (or 1 or 0), side BUY
or SELL; channel and reason may be empty. One row a suggestion.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from divisa.domain.errors import InvalidFile, InvalidRow
from divisa.domain.experiment import Arm
from divisa.domain.lift import Trial
from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Channel
from divisa.domain.transaction import Side

HEADER: Final = ("user_id", "arm", "traded", "side", "channel", "reason")


class _Row(msgspec.Struct, frozen=True):
    user_id: Annotated[str, msgspec.Meta(min_length=1)]
    arm: Arm
    traded: bool
    side: Side
    channel: Channel | None = None
    reason: ReasonCode | None = None


def read_trials(path: Path) -> list[Trial]:
    """The trials of a file whose name ends in .csv or .jsonl, in its order.

    Raises:
        InvalidFile: it cannot be read, or is of another kind.
        InvalidRow: a row is no trial; names its line and what is wrong, and repeats nothing of it.
    """
    readers = {".csv": _csv_rows, ".jsonl": _json_rows}
    if path.suffix not in readers:
        raise InvalidFile(f"{path} ends neither in .csv nor in .jsonl")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_trial(path, line, fields) for line, fields in readers[path.suffix](path, file)]
    except OSError as error:
        raise InvalidFile(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidFile(f"{path} is not UTF-8 text") from error


def _csv_rows(path: Path, file: Any) -> Iterator[tuple[int, Any]]:
    rows = csv.reader(file)
    if tuple(name.strip() for name in next(rows, ())) != HEADER:
        raise InvalidFile(f"{path} has another header; its first line must be {','.join(HEADER)}")
    for row in filter(None, rows):
        if len(row) != len(HEADER):
            raise InvalidRow(path.name, rows.line_num, "ragged", f"{len(row)} fields instead of {len(HEADER)}")
        fields = {name: text.strip() for name, text in zip(HEADER, row, strict=True)}
        yield rows.line_num, {name: text for name, text in fields.items() if text}


def _json_rows(path: Path, file: Any) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line)
            except msgspec.DecodeError:
                raise InvalidRow(path.name, number, "no_json", "the line is no JSON") from None


def _trial(path: Path, line: int, fields: Any) -> Trial:
    try:
        row = msgspec.convert(fields, _Row, strict=False)
    except msgspec.ValidationError as error:
        # The library's message repeats a value that is none of an enumeration's.
        what, _, where = str(error).rpartition(" - at `$.")
        detail = f"{where.rstrip('`')} is none of its allowed values" if what.startswith("Invalid enum") else str(error)
        raise InvalidRow(path.name, line, "no_trial", detail) from None
    return Trial(row.user_id, row.arm, row.traded, row.side, row.channel, row.reason)
