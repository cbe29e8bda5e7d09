"""What a query wants to be told, and how Athena is told it: as execution parameters, never inside of the SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST: Final = 200
"""Characters of a string."""
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Kind(StrEnum):
    """The type of a parameter; each is spelled as contracts spell values."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"

    @property
    def athena(self) -> str:
        """The type in Athena's SQL."""
        return {"string": "VARCHAR", "integer": "BIGINT", "decimal": "DECIMAL(21, 9)", "date": "DATE"}[self]


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query wants to be told.

    Attributes:
        name: unlike the others of its query.
        kind: its type.
        example: a value.
        about: what it means, in a line.
    """

    name: str
    kind: Kind
    example: str
    about: str

    def literal(self, text: str) -> str:
        """A value as Athena's SQL spells it.

        Raises:
            InvalidInput: it is not of the parameter's type; does not repeat the value.

        >>> Parameter("name", Kind.STRING, "Ana", "who").literal("O'Hara")
        "'O''Hara'"
        """
        if not self._accepts(text):
            raise InvalidInput(f"`{self.name}` is no {self.kind}: write for example {self.name}={self.example}")
        return "'" + text.replace("'", "''") + "'"

    def _accepts(self, text: str) -> bool:
        match self.kind:
            case Kind.STRING:
                return 0 < len(text) <= LONGEST and text.isprintable()
            case Kind.INTEGER:
                return _INTEGER.fullmatch(text) is not None
            case Kind.DECIMAL:
                return _DECIMAL.fullmatch(text) is not None
            case Kind.DATE:
                return _DAY.fullmatch(text) is not None and _is_day(text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def literals(wanted: Sequence[Parameter], given: Mapping[str, str]) -> dict[str, str]:
    """The values that were given, by name, as Athena's SQL spells them.

    Raises:
        InvalidInput: one is missing, or is unknown, or is not of its parameter's type.
    """
    known = {parameter.name: parameter for parameter in wanted}
    if unknown := sorted(given.keys() - known.keys()):
        there_are = f"there are {', '.join(known)}" if known else "it wants to be told nothing"
        raise InvalidInput(f"the query knows no `{unknown[0]}`: {there_are}")
    for name, parameter in known.items():
        if name not in given:
            raise InvalidInput(f"`{name}` is missing, {parameter.about}: write for example {name}={parameter.example}")
    return {name: parameter.literal(given[name]) for name, parameter in known.items()}
