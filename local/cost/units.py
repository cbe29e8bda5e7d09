"""DynamoDB's request units, by its documented rules.

Developer guide, "DynamoDB item sizes and formats" and "DynamoDB read and write operations": a write unit is 1 KB, a
read unit 4 KB read consistently, or twice as much read eventually consistently; each item is rounded up by itself, but
a query's items together. A write in a transaction counts twice. A write that changes the key of an index's entry
deletes one entry and puts another ("Using Global Secondary Indexes"); indexes follow by themselves, outside of a
transaction. A query that finds nothing costs as much as one that finds little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

KB: Final = 1024
_OVERHEAD: Final = 3
"""Bytes of a list or map, besides one an element."""


def item_bytes(image: Mapping[str, Mapping[str, Any]]) -> int:
    """The size of an item that is spelled as DynamoDB's API spells it.

    >>> item_bytes({"name": {"S": "abcd"}, "n": {"N": "-12.50"}})
    13
    """
    return sum(len(name.encode()) + _value_bytes(value) for name, value in image.items())


def write_units(size: int) -> int:
    """What writing an item of so many bytes costs, outside of a transaction.

    >>> write_units(1024), write_units(1025)
    (1, 2)
    """
    return max(1, -(-size // KB))


def read_units(size: int, *, consistent: bool = False) -> float:
    """What reading an item of so many bytes costs, by GetItem or BatchGetItem.

    >>> read_units(100), read_units(4097), read_units(4097, consistent=True)
    (0.5, 1.0, 2.0)
    """
    units = max(1, -(-size // (4 * KB)))
    return float(units) if consistent else units / 2


def _value_bytes(value: Mapping[str, Any]) -> int:
    """A typed value without its name.

    Raises:
        ValueError: a type that no item of ours has.
    """
    [(kind, content)] = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return _number_bytes(content)
    if kind in {"BOOL", "NULL"}:
        return 1
    if kind == "L":
        return _OVERHEAD + sum(1 + _value_bytes(element) for element in content)
    if kind == "M":
        return _OVERHEAD + len(content) + item_bytes(content)
    raise ValueError(f"DynamoDB's type {kind} has no size here")


def _number_bytes(text: str) -> int:
    """One byte for two significant digits, zeros at both ends left out, one more, and one for a minus sign."""
    digits = text.lower().partition("e")[0].lstrip("+-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")
