"""Whether all of a column is what its contract asks, as few values of it tell.

Of numbers and moments the least and the greatest tell, of texts the longest, and where there are few different ones
these. Nothing here says that a value is wrong: who is not sure asks `lake.contract.rules` about each.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from lake.contract.contract import Column

FEW: Final = 256
"""Different texts of a column that are looked at one by one."""


class Soundness:
    """Looks at one column, block after block.

    Args:
        column: what is asked of it.
        latest: the last moment in UTC that may be in it; None if any may.
        good: tells which of some texts are what a column of strings asks.
    """

    def __init__(self, column: Column, latest: datetime | None, good: Callable[[set[str]], set[str]]) -> None:
        self._column = column
        self._latest = latest
        self._good = good
        self._known: set[str] = set()

    def holds(self, texts: pa.ChunkedArray, values: pa.ChunkedArray | None) -> bool:
        """Whether all is well for sure.

        Args:
            texts: without blanks around them; an empty one is null.
            values: what they spell, where none is missing; None if that is not known.
        """
        column = self._column
        if values is None or (texts.null_count and not column.nullable):
            return False
        if len(texts) == texts.null_count:
            return True
        longest = pc.max(pc.binary_length(texts)).as_py()
        if any(most is not None and longest > most for most in (column.longest, column.digits)):
            return False
        is_told = column.pattern is None and not column.is_pair and column.one_of is None
        return self._is_within(values) and (is_told or self._has_good_texts(texts))

    def _is_within(self, values: pa.ChunkedArray) -> bool:
        column = self._column
        if self._latest is None and column.above is column.least is column.most is None:
            return True
        ends = pc.min_max(values).as_py()
        first, last = ends["min"], ends["max"]
        if self._latest is not None:
            return bool(last <= (self._latest if isinstance(last, datetime) else self._latest.date()))
        above, least, most = map(self._bound, (column.above, column.least, column.most))
        return (above is None or first > above) and (least is None or first >= least) and (most is None or last <= most)

    def _bound(self, told: float | None) -> float | Decimal | None:
        """A bound as the number that it stands for: of exact numbers as it is written."""
        return told if told is None or self._column.type.name == "double" else Decimal(repr(told))

    def _has_good_texts(self, texts: pa.ChunkedArray) -> bool:
        # A look at some tells mostly that there are many.
        if len(pc.unique(texts[: 4 * FEW])) > FEW or len(few := pc.unique(texts).drop_null()) > FEW:
            return False
        unknown = set(few.to_pylist()) - self._known
        if unknown:
            if len(self._known) > FEW:
                self._known.clear()
            self._known |= self._good(unknown)
        return unknown <= self._known
