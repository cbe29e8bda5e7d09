"""A file of a CSV contract as columns, read a block of bytes at a time.

What is right in a usual spelling is read by the column. Every other row is read field by field, by the rules that
define the contract, which know the reason when it cannot be used. Both ways end in the same values.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from divisa.adapters.csv.cells import cells
from divisa.adapters.csv.table import RowReason, Unusable, check_header, no_rows, numbered, opened
from divisa.domain.errors import InvalidRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from divisa.adapters.csv.kinds import Kind
    from divisa.adapters.csv.table import OnReject

Column: TypeAlias = NDArray[Any]
BLOCK_BYTES = 1 << 24
_ROWS_AT_A_TIME = 50_000


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows of a file that can be used, in its order.

    Attributes:
        lines: where each stands in the file, from 1, int64, shape (n,).
        values: by field, a column in the form of its kind, shape (n,); none of an optional field that is not there.
        reject: tells the caller about more rows, by index and reason in words.
    """

    lines: NDArray[np.int64]
    values: Mapping[str, Column]
    reject: Callable[[int, RowReason, str], None]

    def __getitem__(self, name: str) -> Column:
        return self.values[name]

    def __len__(self) -> int:
        return len(self.lines)


def read_columns(
    path: Path,
    contract: Mapping[str, Kind],
    on_reject: OnReject,
    *,
    optional: Mapping[str, Kind] | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Columns:
    """Read a file.

    Args:
        path: the file.
        contract: the kinds of its fields, in their order.
        on_reject: told each row that cannot be used.
        optional: fields that may stand behind those.
        block_bytes: about so much is read at a time.

    Raises:
        InvalidFile: the file is missing, empty, has another header or no rows, or is not UTF-8 text.
    """
    with opened(path) as file:
        header, line = _header(file)
        names = check_header(path, header, tuple(contract), tuple(optional or ()))
        reading = _Reading({name: {**contract, **(optional or {})}[name] for name in names}, path.name, on_reject)
        reading.line = line
        for block, behind in _blocks(file, block_bytes):
            if not reading.take(block):
                rest = io.BufferedReader(_Rest(block + behind, file))
                reading.take_slowly(io.TextIOWrapper(rest, encoding="utf-8", newline=""))
                break
    if not reading.found:
        raise no_rows(path)
    return reading.columns()


class _Reading:
    """What was read until now."""

    def __init__(self, kinds: Mapping[str, Kind], source: str, on_reject: OnReject) -> None:
        self.line = 0
        self.found = False
        self._kinds = kinds
        self._source = source
        self._on_reject = on_reject
        self._lines: list[NDArray[np.int64]] = []
        self._parts: list[list[Column]] = []

    def take(self, block: bytes) -> bool:
        """Read whole lines; False, and nothing read, where it takes a real CSV reader."""
        if not block.isascii():
            block.decode()
        found = cells(block, len(self._kinds))
        if found is None:
            return False
        self.found |= bool(len(found.lines) or len(found.ragged))
        fields = [found.field(number) for number in range(len(self._kinds))]
        parts, sure = [], np.ones(len(found.lines), dtype=np.bool_)
        for kind, column in zip(self._kinds.values(), fields, strict=True):
            values, right = kind.many(column)
            parts.append(values)
            sure &= right
        lines = self.line + 1 + found.lines
        for line, count in found.ragged.tolist():
            self._reject(self.line + 1 + line, self._ragged(count))
        for row in np.flatnonzero(~sure).tolist():
            try:
                for values, value in zip(parts, self._row([each.text(row) for each in fields]), strict=True):
                    values[row] = value
                sure[row] = True
            except Unusable as problem:
                self._reject(int(lines[row]), problem)
        self._lines.append(lines[sure])
        self._parts.append([values[sure] for values in parts])
        self.line += found.count
        return True

    def take_slowly(self, text: io.TextIOBase) -> None:
        """Read what is left field by field."""
        reader = csv.reader(text)
        rows = ((self.line + reader.line_num, row) for row in numbered(reader, self.line))
        while some := list(islice(rows, _ROWS_AT_A_TIME)):
            self._take_rows([(line, row) for line, row in some if row])

    def columns(self) -> Columns:
        """All that was read."""
        kinds = self._kinds.values()
        lines = np.concatenate(self._lines) if self._lines else np.empty(0, dtype=np.int64)
        values = {
            name: np.concatenate([part[number] for part in self._parts] or [np.empty(0, dtype=kind.dtype)])
            for number, (name, kind) in enumerate(zip(self._kinds, kinds, strict=True))
        }
        self._parts.clear()
        return Columns(
            lines, values, lambda row, reason, detail: self._reject(int(lines[row]), Unusable(reason, detail))
        )

    def _take_rows(self, rows: list[tuple[int, list[str]]]) -> None:
        self.found |= bool(rows)
        good: list[tuple[int, list[Any]]] = []
        for line, row in rows:
            try:
                if len(row) != len(self._kinds):
                    raise self._ragged(len(row))
                good.append((line, self._row([field.strip() for field in row])))
            except Unusable as problem:
                self._reject(line, problem)
        self._lines.append(np.array([line for line, _ in good], dtype=np.int64))
        self._parts.append(
            [
                np.array([values[number] for _, values in good], dtype=kind.dtype)
                for number, kind in enumerate(self._kinds.values())
            ]
        )

    def _row(self, texts: list[str]) -> list[Any]:
        return [kind.one(text) for kind, text in zip(self._kinds.values(), texts, strict=True)]

    def _ragged(self, count: int) -> Unusable:
        return Unusable(RowReason.RAGGED, f"{count} fields instead of {len(self._kinds)}")

    def _reject(self, line: int, problem: Unusable) -> None:
        self._on_reject(InvalidRow(self._source, line, problem.reason.value, str(problem)))


def _header(file: BinaryIO) -> tuple[list[str] | None, int]:
    """The names in the first line, None of an empty file, and how many lines they take."""
    mark = file.read(len(BOM_UTF8))
    if mark != BOM_UTF8:
        file.seek(0)
    first = file.readline()
    while first.count(b'"') % 2 and (more := file.readline()):
        first += more
    text = io.StringIO(first.decode(), newline="")
    reader = csv.reader(text)
    header = next(reader, None)
    file.seek(file.tell() - len(text.read().encode()))  # lines that end in a lone carriage return
    return header, reader.line_num


def _blocks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The rest of a file in blocks of whole lines, each of which ends in a newline, and what was read behind each."""
    left = b""
    while chunk := file.read(size):
        left += chunk
        end = left.rfind(b"\n") + 1
        if end:
            block, left = left[:end], left[end:]
            yield block, left
    if left:
        yield left + b"\n", b""


class _Rest(io.RawIOBase):
    """A block, and what follows it in the file."""

    def __init__(self, block: bytes, file: BinaryIO) -> None:
        self._block = io.BytesIO(block)
        self._file = file

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; returns how far."""
        found = self._block.read(len(buffer)) or self._file.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)
