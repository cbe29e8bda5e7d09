"""The comparisons of a condition step."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from local.retraining.errors import RetrainingFailed
from local.retraining.expressions import resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.retraining.expressions import Lookup

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


def all_hold(conditions: list[dict[str, Any]], look: Lookup) -> bool:
    """Whether every condition holds. What is not a number (null, NaN) holds nothing.

    Raises:
        RetrainingFailed: a condition is of a kind that this does not know.
    """
    return all(_holds(condition, look) for condition in conditions)


def _holds(condition: dict[str, Any], look: Lookup) -> bool:
    compare = _COMPARISONS.get(condition["Type"])
    if compare is None:
        raise RetrainingFailed("definition", f"the laptop does not know the condition {condition['Type']}")
    left, right = resolve(condition["LeftValue"], look), resolve(condition["RightValue"], look)
    return left is not None and right is not None and bool(compare(left, right))
