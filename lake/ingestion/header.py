"""What the first bytes of a file tell: whether it can be read at all, and which columns it has."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lake.contract.contract import Contract

MAGIC_BYTES: Final = 4
"""So many bytes tell what kind of file it is."""
_COMPRESSED: Final = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def check_kind(first: bytes) -> None:
    """Look whether a file is text.

    Args:
        first: its first `MAGIC_BYTES`, or all of a shorter one.

    Raises:
        InvalidFile: it is empty, compressed or UTF-16.
    """
    if first in {b"", BOM_UTF8}:
        raise InvalidFile("the file is empty")
    for magic, kind in _COMPRESSED.items():
        if first.startswith(magic):
            raise InvalidFile(f"the file is compressed ({kind}): unpack it")
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise InvalidFile("the file is UTF-16 text: write it as UTF-8")


def names_in(line: bytes, contract: Contract) -> tuple[str, ...]:
    """The columns that a header names: all that are needed and any of the others, in the contract's order.

    Args:
        line: the header, without its line end.
        contract: what the file has to be of.

    Raises:
        InvalidFile: it is another header; says which columns are missing or unexpected.
    """
    try:
        rows = list(csv.reader([line.decode()], delimiter=contract.feed.delimiter, strict=True))
    except UnicodeDecodeError as error:
        raise InvalidFile("the file's header is not UTF-8") from error
    except csv.Error as error:
        raise InvalidFile("the file's header is not CSV: a quote in it is not closed") from error
    names = [name.strip() for name in rows[0]]
    if names != [name for name in contract.columns if name in names] or not set(contract.needed) <= set(names):
        raise InvalidFile(f"the file has another header: {_difference(names, contract)}")
    return tuple(names)


def _difference(names: Sequence[str], contract: Contract) -> str:
    if not contract.columns.keys() & set(names):
        # It may be somebody's data: say nothing of it.
        return f"no column of {contract.dataset} is in its first line, which must be {_listed(contract.needed)}"
    problems = []
    if missing := [name for name in contract.needed if name not in names]:
        problems.append(f"missing {_listed(missing)}")
    if unexpected := [
        name if _NAME.fullmatch(name) else f"number {number}"
        for number, name in enumerate(names, start=1)
        if name not in contract.columns
    ]:
        problems.append(f"unexpected {_listed(unexpected)}")
    if twice := [name for name in contract.columns if names.count(name) > 1]:
        problems.append(f"more than once {_listed(twice)}")
    return "; ".join(problems) or f"its columns must stand in this order: {_listed(contract.columns)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
