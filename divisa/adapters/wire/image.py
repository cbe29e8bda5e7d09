"""DynamoDB items as the API and table streams spell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def plain(value: Mapping[str, Any]) -> Any:
    """A typed attribute value without its type; numbers stay text, which `msgspec.convert` reads.

    Raises:
        ValueError, TypeError, AttributeError: it is no typed attribute value.

    >>> plain({"L": [{"S": "USD"}, {"M": {"buys": {"N": "3"}}}]})
    ['USD', {'buys': '3'}]
    """
    [(kind, content)] = value.items()
    if kind == "L":
        return [plain(each) for each in content]
    if kind == "M":
        return {name: plain(each) for name, each in content.items()}
    return content
