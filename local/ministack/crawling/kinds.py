"""What kind a file is of, told by what is in it and not by its name."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, BinaryIO

from divisa.domain.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

SEPARATORS = ",;|\t"
_LOOKED_AT = 64 * 1024


def kind(file: Path, name: str) -> str:
    """`parquet`, `json` (a JSON object a line) or `csv` (two rows and two columns at least).

    Args:
        file: a copy of it.
        name: what messages call it.

    Raises:
        InvalidInput: it is none of these.
    """
    with file.open("rb") as content:
        if content.read(4) == b"PAR1":
            return "parquet"
    lines = _first_lines(file)
    if lines and _is_object(lines[0]):
        return "json"
    if len(lines) > 1 and separator(lines) is not None:
        return "csv"
    raise InvalidInput(f"{name}: neither Parquet, nor JSON lines, nor CSV of two columns and two rows at least")


def csv_separator(file: Path) -> str:
    """The character between the columns of a file that is CSV."""
    return separator(_first_lines(file)) or ","


def has_quotes(file: Path) -> bool:
    """Whether there is a quotation mark anywhere in a file."""
    with _opened(file) as content:
        return any(b'"' in line for line in content)


def separator(lines: list[str]) -> str | None:
    """The character that cuts each of these lines in as many columns as the others, two at least.

    >>> separator(["id;name", "1;Ana, María"])
    ';'
    >>> separator(["one line", "of prose, and another"]) is None
    True
    """
    for character in SEPARATORS:
        counts = {_outside_quotes(line).count(character) for line in lines}
        if len(counts) == 1 and counts != {0}:
            return character
    return None


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _first_lines(file: Path) -> list[str]:
    with _opened(file) as content:
        text = content.read(_LOOKED_AT)
    try:
        lines = text.decode("utf-8-sig", errors="strict" if len(text) < _LOOKED_AT else "ignore").splitlines()
    except UnicodeDecodeError:
        return []
    # The last of them may have been cut.
    whole = lines if len(text) < _LOOKED_AT else lines[:-1]
    return [line for line in whole if line.strip()]


def _opened(file: Path) -> BinaryIO | gzip.GzipFile:
    with file.open("rb") as content:
        zipped = content.read(2) == b"\x1f\x8b"
    return gzip.open(file) if zipped else file.open("rb")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
