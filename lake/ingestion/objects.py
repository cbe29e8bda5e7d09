"""Lines that are JSON objects: their names are columns of the contract, and a number is the text that stands there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from lake.ingestion.records import FileReason
from lake.ingestion.rows import NoRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lake.contract.contract import Contract
    from lake.ingestion.rows import Decode


class _Pairs(list[tuple[str, Any]]):
    """The names and values of an object in their order, repeated ones among them."""


def object_decoder(contract: Contract) -> Decode:
    """Reads the objects of a contract.

    A value is a string, a number, true, false or null, which is missing, as a name is that does not stand there. Texts
    are read as those of a CSV file are: `"1.50"` and `1.50` are the same number, and none is ever a float on the way.
    """
    columns = contract.columns.keys()

    def decode(line: bytes) -> Mapping[str, str | None]:
        pairs = _pairs(line)
        texts: dict[str, str | None] = {}
        for name, value in pairs:
            if name not in columns:
                # The name may be somebody's data: say nothing of it.
                raise NoRow(FileReason.UNKNOWN_COLUMN, f"has a name that is no column of {contract.dataset}")
            if name in texts:
                raise NoRow(FileReason.REPEATED_COLUMN, f"has {name} twice")
            texts[name] = _text(name, value)
        return texts

    return decode


def _pairs(line: bytes) -> _Pairs:
    try:
        read = json.loads(
            line.decode(), object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_no_number
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise NoRow(FileReason.NO_OBJECT, "is not JSON") from error
    if not isinstance(read, _Pairs):
        raise NoRow(FileReason.NO_OBJECT, "is JSON, and no object")
    return read


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise NoRow(FileReason.NESTED, f"{name} is a list or an object")
    if "\0" in value:
        raise NoRow(FileReason.NUL, f"{name} has a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half of a character outside the first plane
        raise NoRow(FileReason.ENCODING, f"{name} is no text in Unicode") from error
    return value


def _no_number(_: str) -> NoReturn:
    raise NoRow(FileReason.NOT_A_NUMBER, "has NaN or Infinity, which are no JSON")
