"""One CSV file, a block of bytes at a time; what is no record in it costs nothing but itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidFile
from lake.ingestion.header import names_in
from lake.ingestion.lined import Lined, lined
from lake.ingestion.lines import Lines
from lake.ingestion.records import LONGEST, Records, records_in, together
from lake.ingestion.splitting import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from lake.contract.contract import Contract

BLOCK_BYTES: Final = 1 << 25
_PIECE_BYTES: Final = 1 << 18
"""So much is split in one go: all that is made of it stays in the processor's cache."""


def read_records(
    file: BinaryIO, contract: Contract, *, block_bytes: int = BLOCK_BYTES, longest: int = LONGEST
) -> Iterator[Lined | Records]:
    """Read a file.

    A header has all columns that are needed and any of the others, in the contract's order. Without one, the first line
    that is not empty tells whether the file has all columns; if not, it has those that are needed.

    Everything in it that is neither its header nor an empty line is in one record or is set aside once. What is what
    depends on the file alone, and on neither size.

    Args:
        file: the file, at its beginning.
        contract: what it is of.
        block_bytes: about so much is in a part; memory takes four times that, or eight where all is set aside.
        longest: bytes that a record may have.

    Returns:
        Its records, at least one or something set aside in each part.

    Raises:
        InvalidFile: at once, when the file is empty, compressed or UTF-16, or has another header.
    """
    delimiter = ord(contract.feed.delimiter)
    lines = Lines(file, min(block_bytes, _PIECE_BYTES), longest)
    first = lines.first()
    if contract.feed.header:
        if len(first) > longest:
            raise InvalidFile(f"the file's first line has more than {longest} bytes")
        names = names_in(first, contract)
        lines.skip_first()
    else:
        every = tuple(contract.columns)
        has_all = len(first) <= longest and Shape(delimiter, len(every), longest).record.fullmatch(first)
        names = every if has_all else contract.needed
    return _blocks(_pieces(lines, names, Shape(delimiter, len(names), longest)), block_bytes)


def _blocks(pieces: Iterator[Lined | Records], block_bytes: int) -> Iterator[Lined | Records]:
    """Pieces put together until a block is full."""
    held: list[Lined | Records] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += piece.size
        if size >= block_bytes:
            yield _together(held)
            held, size = [], 0
    if held:
        yield _together(held)


def _together(pieces: list[Lined | Records]) -> Lined | Records:
    """Lines if all are that."""
    whole = [piece for piece in pieces if isinstance(piece, Lined)]
    if len(whole) == len(pieces):
        return replace(whole[0], texts=tuple(text for piece in whole for text in piece.texts))
    return together([piece.split if isinstance(piece, Lined) else piece for piece in pieces])


def _pieces(lines: Lines, names: tuple[str, ...], shape: Shape) -> Iterator[Lined | Records]:
    """What is in a file, as fast as it is read."""
    for data in lines:
        count = lined(data, shape)
        if count is not None:
            yield Lined((data,), lines.number, names, shape)
            lines.take(len(data), count)
            continue
        found, used = records_in(data, lines.number, names, shape, at_end=lines.at_end)
        if len(found) or found.set_aside:
            yield found
        lines.take(used.used, used.count)
