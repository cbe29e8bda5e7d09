"""The types that a column can have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_PRECISION: Final = 38
_DECIMAL = re.compile(r"decimal\(([0-9]{1,2}), ?([0-9]{1,2})\)")
_PLAIN: Final = ("string", "integer", "double", "boolean", "date", "timestamp")
SPELLINGS: Final = f"{', '.join(_PLAIN)} or decimal(18,2)"


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type.

    Attributes:
        name: `string`, `integer` (64 bits), `decimal`, `double`, `boolean`, `date`, or `timestamp`, which is a moment
            in UTC to the microsecond and stored without a zone.
        precision, scale: digits in all and behind the point, of `decimal` alone.
    """

    name: str
    precision: int = 0
    scale: int = 0

    @classmethod
    def parse(cls, text: str) -> ColumnType:
        """Read a type as contracts spell it.

        Raises:
            ValueError: it is none; says which there are.

        >>> ColumnType.parse("decimal(18,2)")
        ColumnType(name='decimal', precision=18, scale=2)
        """
        if text in _PLAIN:
            return cls(text)
        match = _DECIMAL.fullmatch(text)
        if match is None:
            raise ValueError(f"is no type; there are {SPELLINGS}")
        precision, scale = int(match[1]), int(match[2])
        if not 1 <= precision <= MAX_PRECISION or scale > precision:
            raise ValueError(f"a decimal has 1 to {MAX_PRECISION} digits, of which some or all stand behind the point")
        return cls("decimal", precision, scale)

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})" if self.name == "decimal" else self.name

    @property
    def is_number(self) -> bool:
        """Whether values can be added."""
        return self.name in {"integer", "decimal", "double"}

    @property
    def is_ordered_in_time(self) -> bool:
        """Whether values are days or moments."""
        return self.name in {"date", "timestamp"}

    @property
    def duckdb(self) -> str:
        """The type in DuckDB."""
        return {"integer": "BIGINT", "string": "VARCHAR"}.get(self.name, str(self).upper())
