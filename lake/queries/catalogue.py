"""The queries: each a file of Athena's SQL that begins with its question and with what it wants to be told.

A file calls tables `{silver}.x`, `{gold}.x` and `{control}.x`, for the Glue databases of a stage, and values `:name`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidInput, InvalidSetting
from lake.queries.parameters import Kind, Parameter, literals

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME: Final = Path(__file__).parent
_COMMENT: Final = "-- "
_PARAMETER: Final = re.compile(r":([a-z_]+) ([a-z]+), such as (\S+): (.+)")
_VALUE: Final = re.compile(r":([a-z_]+)\b")
_DATABASE: Final = re.compile(r"\{([a-z]+)\}")
_NAME: Final = re.compile(r"[a-z0-9_]{1,128}")


@dataclass(frozen=True, slots=True)
class Databases:
    """What Glue calls the lake's databases in a stage. Small letters, digits and underscores.

    Attributes:
        silver: has a table a dataset.
        gold: has the tables that are made from those.
        control: has the accounts of rows, and the quarantine.

    Raises:
        InvalidSetting: a name is none.
    """

    silver: str
    gold: str
    control: str

    @classmethod
    def of_stage(cls, stage: str) -> Databases:
        """Those of a stage.

        >>> Databases.of_stage("local").gold
        'divisa_local_gold'
        """
        return cls(*(f"divisa_{stage}_{zone}" for zone in ("silver", "gold", "control")))

    def __post_init__(self) -> None:
        for zone in ("silver", "gold", "control"):
            if not _NAME.fullmatch(getattr(self, zone)):
                raise InvalidSetting(zone, "is no name of a Glue database: small letters, digits and underscores")


@dataclass(frozen=True, slots=True)
class Statement:
    """A query as Athena takes it.

    Attributes:
        sql: with a question mark for each value.
        parameters: the values in their order there, as literals of SQL.
    """

    sql: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A named question.

    Attributes:
        name: as its file is called.
        question: what it answers, in a line or two.
        parameters: what it wants to be told.
        sql: its text without the comments.
    """

    name: str
    question: str
    parameters: tuple[Parameter, ...]
    sql: str

    def statement(self, databases: Databases, given: Mapping[str, str]) -> Statement:
        """The query over the databases of a stage, with these values.

        Raises:
            InvalidInput: a value is missing, or unknown, or of another type.
        """
        values = literals(self.parameters, given)
        kinds = {parameter.name: parameter.kind for parameter in self.parameters}
        # A literal of a string is cast where it is used, since Athena takes it for nothing else.
        sql = _VALUE.sub(lambda name: f"CAST(? AS {kinds[name[1]].athena})", self.sql)
        named = _DATABASE.sub(lambda zone: f'"{getattr(databases, zone[1])}"', sql)
        return Statement(named, tuple(values[name] for name in _VALUE.findall(self.sql)))


@cache
def named(folder: Path = HOME) -> Mapping[str, Query]:
    """All queries of a folder by name."""
    return MappingProxyType({path.stem: _read(path) for path in sorted(folder.glob("*.sql"))})


def query_named(name: str) -> Query:
    """The query of that name.

    Raises:
        InvalidInput: there is none; says which there are.
    """
    try:
        return named()[name]
    except KeyError:
        raise InvalidInput(f"there is no query {name}; there are {', '.join(named())}") from None


def _read(path: Path) -> Query:
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix(_COMMENT) for line in lines if line.startswith(_COMMENT)]
    question = " ".join(line for line in comments if not line.startswith(":"))
    wanted = [_PARAMETER.fullmatch(line) for line in comments if line.startswith(":")]
    parameters = tuple(Parameter(each[1], Kind(each[2]), each[3], each[4]) for each in wanted if each)
    if len(parameters) != len(wanted):
        raise ValueError(f"{path.name}: a parameter is written `:name type, such as example: meaning`")
    sql = "\n".join(line for line in lines if not line.startswith(_COMMENT))
    return Query(path.stem, question, parameters, sql)
