"""Files with one row a line that are no CSV: each line is decoded by itself, and costs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pyarrow as pa

from lake.ingestion.lines import Lines
from lake.ingestion.records import LONGEST, SHOWN_BYTES, FileReason, SetAside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

    from lake.contract.contract import Contract

BLOCK_ROWS: Final = 50_000
"""So many are typed together."""
_READ_BYTES: Final = 1 << 18

Decode: TypeAlias = Callable[[bytes], Mapping[str, str | None]]
"""The texts of a line's columns by their names, columns of the contract alone; raises `NoRow`."""


class NoRow(Exception):
    """A line is no row; whoever knows which line it is sets it aside."""

    def __init__(self, reason: FileReason, says: str) -> None:
        super().__init__(says)
        self.reason = reason
        self.says = says


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a block, in the file's order.

    Attributes:
        names: all columns of the contract.
        texts: of each row, by column; one that is not there is missing.
        raws: of each row its line, without the line end.
        numbers: of each row its line's number, from 1.
        set_aside: the lines between them that are no rows.
    """

    names: tuple[str, ...]
    texts: list[Mapping[str, str | None]] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def lines(self) -> NDArray[np.int64]:
        """The number of each row's line, from 1, int64, shape (n,)."""
        return np.array(self.numbers, dtype=np.int64)

    def columns(self) -> pa.Table:
        """The texts as columns of strings by their names, shape (n,)."""
        return pa.table({name: pa.array([text.get(name) for text in self.texts], pa.string()) for name in self.names})

    def raw(self, index: int) -> bytes:
        """A row as it stood in the file."""
        return self.raws[index]


def read_rows(
    file: BinaryIO, contract: Contract, decode: Decode, *, block_rows: int = BLOCK_ROWS, longest: int = LONGEST
) -> Iterator[Rows]:
    """Read a file; empty lines are no rows.

    Args:
        file: the file, at its beginning.
        contract: what it is of.
        decode: what a line means, which is UTF-8 without NUL.
        block_rows: about so many lines are in a block.
        longest: bytes that a line may have.

    Raises:
        InvalidFile: when the first block is asked for: the file is empty, compressed or UTF-16.
    """
    lines = Lines(file, _READ_BYTES, longest)
    block = Rows(tuple(contract.columns))
    for data in lines:
        found = data.splitlines()
        for number, line in enumerate(found, start=lines.number):
            if line.strip():
                _take(block, number, line, decode, longest)
        lines.take(len(data), len(found))
        if len(block) + len(block.set_aside) >= block_rows:
            yield block
            block = Rows(block.names)
    if len(block) or block.set_aside:
        yield block


def _take(block: Rows, number: int, line: bytes, decode: Decode, longest: int) -> None:
    try:
        _check_text(line, longest)
        texts = decode(line)
    except NoRow as problem:
        shown = line[: min(SHOWN_BYTES, longest)] if problem.reason is FileReason.TOO_LONG else line
        block.set_aside.append(SetAside(number, shown, problem.reason, problem.says))
        return
    block.texts.append(texts)
    block.raws.append(line)
    block.numbers.append(number)


def _check_text(line: bytes, longest: int) -> None:
    if len(line) > longest:
        raise NoRow(FileReason.TOO_LONG, f"has more than {longest} bytes")
    if b"\0" in line:
        raise NoRow(FileReason.NUL, "has a NUL byte")
    try:
        line.decode()
    except UnicodeDecodeError as error:
        raise NoRow(FileReason.ENCODING, "is not UTF-8") from error
