"""Lines of which each is a record, which most files have throughout: they are read without being split before.

Where there is no quote, no carriage return, no NUL and no empty line, lines and records are the same, unless a line has
another number of fields or is not UTF-8. Both are found while the fields are read; then the lines are split after all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from lake.ingestion.records import Records, fields, records_in
from lake.ingestion.splitting import NEWLINE

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from lake.ingestion.records import SetAside
    from lake.ingestion.splitting import Shape

    Ints: TypeAlias = NDArray[np.int64]

_AT_ONCE: Final = 16
"""Parts that are read in one go, which makes a chunk of each column."""


def lined(data: bytes, shape: Shape) -> int | None:
    """How many whole lines there are, if they are records as they are, but for their fields and their encoding."""
    # No line is longer than all of them; and a line without a field is one with a field if that is the only one.
    if len(data) > shape.longest or shape.width == 1 or b'"' in data or b"\r" in data or b"\0" in data:
        return None
    ends = np.frombuffer(data, np.uint8) == NEWLINE
    has_empty = ends[0] or (ends[1:] & ends[:-1]).any()
    return None if has_empty else int(np.count_nonzero(ends))


@dataclass(frozen=True)
class Lined:
    """Some lines, as `lined` wants them, and what is in them.

    Attributes:
        texts: they, each with its line feed, in parts of whole lines.
        first: number of the first one, from 1.
        names: the columns of the file, in its order.
        shape: how its records look.
    """

    texts: tuple[bytes, ...]
    first: int
    names: tuple[str, ...]
    shape: Shape

    @property
    def size(self) -> int:
        """Bytes that they take up."""
        return sum(map(len, self.texts))

    @property
    def lines(self) -> Ints:
        """The number of the line where each record begins, from 1, int64, shape (n,)."""
        return self.split.lines if self._whole is None else np.arange(self.first, self.first + len(self._whole))

    @property
    def set_aside(self) -> tuple[SetAside, ...]:
        """What lies between them and is no record."""
        return self.split.set_aside if self._whole is None else ()

    def columns(self) -> pa.Table:
        """The fields of the records, as columns of strings by their names, shape (n,)."""
        return self.split.columns() if self._whole is None else self._whole

    def raw(self, index: int) -> bytes:
        """A record as it stood in the file."""
        if self._whole is None:
            return self.split.raw(index)
        begin, end = self._bounds[index : index + 2].tolist()
        return self._text[begin:end]

    @cached_property
    def split(self) -> Records:
        """The records as they are found one by one."""
        return records_in(self._text, self.first, self.names, self.shape, at_end=True)[0]

    @cached_property
    def _whole(self) -> pa.Table | None:
        """The fields of the lines, if each is a record."""
        try:
            delimiter = chr(self.shape.delimiter)
            parts = (self.texts[begin : begin + _AT_ONCE] for begin in range(0, len(self.texts), _AT_ONCE))
            return pa.concat_tables([fields(b"".join(part), self.names, delimiter, quoted=False) for part in parts])
        except pa.ArrowInvalid:
            return None

    @cached_property
    def _text(self) -> bytes:
        return b"".join(self.texts)

    @cached_property
    def _bounds(self) -> Ints:
        """Where each line begins, and where the last ends, int64, shape (n + 1,)."""
        ends = np.flatnonzero(np.frombuffer(self._text, np.uint8) == NEWLINE) + 1
        return np.concatenate([np.zeros(1, np.int64), ends])
