"""Filter patterns of event source mappings: which records a function wants to see.

The operators are those that Lambda documents for event filtering: equality, null, `prefix`, `suffix`,
`equals-ignore-case`, `anything-but`, `numeric`, `exists`, and `$or` between fields. Fields of a pattern are combined
by and, the entries of a field's list by or.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from typing import Any, Final

from divisa.domain.errors import LaptopCloudError

Predicate = Callable[[Any], bool]


class InvalidPattern(LaptopCloudError):
    """A filter pattern that AWS would refuse too; says what is wrong with it."""

    def __init__(self, problem: str) -> None:
        super().__init__("mappings", f"filter pattern: {problem}")


class _Absent:
    """A field that the event does not have; unlike null, it equals nothing."""


_ABSENT: Final = _Absent()
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_pattern(text: str) -> Predicate:
    """Turn a pattern into a test of an event (a JSON object).

    Raises:
        InvalidPattern: not JSON, or not a pattern.

    >>> wants = compile_pattern('{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"n": {"S": [{"prefix": "a"}]}}}}')
    >>> wants({"eventName": "INSERT", "dynamodb": {"NewImage": {"n": {"S": "abc"}}}})
    True
    >>> wants({"eventName": "MODIFY", "dynamodb": {"NewImage": {"n": {"S": "abc"}}}})
    False
    """
    try:
        pattern = json.loads(text)
    except ValueError as cause:
        raise InvalidPattern(f"not JSON: {cause}") from cause
    return _fields(pattern)


def _fields(pattern: Any) -> Predicate:
    if not isinstance(pattern, dict):
        raise InvalidPattern(f"expected an object, found {json.dumps(pattern)}")
    tests = [_alternatives(rule) if name == "$or" else _field(name, rule) for name, rule in pattern.items()]

    def test(value: Any) -> bool:
        if isinstance(value, list):
            return any(test(element) for element in value)
        if not isinstance(value, dict | _Absent):
            return False
        return all(one(value) for one in tests)

    return test


def _alternatives(rules: Any) -> Predicate:
    if not isinstance(rules, list) or len(rules) < 2:
        raise InvalidPattern("$or takes a list of at least two objects")
    tests = [_fields(rule) for rule in rules]
    return lambda value: any(test(value) for test in tests)


def _field(name: str, rule: Any) -> Predicate:
    test = _fields(rule) if isinstance(rule, dict) else _leaf(name, rule)

    def look(value: Any) -> bool:
        return test(value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT)

    return look


def _leaf(name: str, rules: Any) -> Predicate:
    if not isinstance(rules, list) or not rules:
        raise InvalidPattern(f"{name}: expected an object or a list with an entry")
    tests = [_entry(name, rule) for rule in rules]
    return lambda value: any(test(value) for test in tests)


def _entry(name: str, rule: Any) -> Predicate:
    if not isinstance(rule, dict):
        return _each(lambda value: _equal(value, rule))
    if len(rule) != 1:
        raise InvalidPattern(f"{name}: one operator to an entry, found {sorted(rule)}")
    (operation, argument), *_ = rule.items()
    if operation == "exists":
        if not isinstance(argument, bool):
            raise InvalidPattern(f"{name}: exists takes true or false")
        # Only leaves exist: an object at the place does not count.
        return lambda value: (not isinstance(value, _Absent | dict)) is argument
    if operation == "numeric":
        return _each(_numeric(name, argument))
    if operation == "anything-but":
        return _each(_anything_but(name, argument))
    return _each(_text(name, operation, argument))


def _each(test: Predicate) -> Predicate:
    """A field that holds a list passes when one of its elements does."""
    return lambda value: any(test(one) for one in value) if isinstance(value, list) else test(value)


def _equal(value: Any, wanted: Any) -> bool:
    """Equality of JSON: 1 equals 1.0, and true is not 1."""
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _text(name: str, operation: str, argument: Any) -> Predicate:
    ignores_case = operation == "equals-ignore-case"
    if operation in {"prefix", "suffix"} and isinstance(argument, dict) and set(argument) == {"equals-ignore-case"}:
        argument, ignores_case = argument["equals-ignore-case"], True
    if operation not in {"prefix", "suffix", "equals-ignore-case"}:
        raise InvalidPattern(f"{name}: unknown operator {operation}")
    if not isinstance(argument, str):
        raise InvalidPattern(f"{name}: {operation} takes a text")
    wanted = argument.casefold() if ignores_case else argument

    def test(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        found = value.casefold() if ignores_case else value
        if operation == "prefix":
            return found.startswith(wanted)
        if operation == "suffix":
            return found.endswith(wanted)
        return found == wanted

    return test


def _anything_but(name: str, argument: Any) -> Predicate:
    if isinstance(argument, dict):
        if len(argument) != 1:
            raise InvalidPattern(f"{name}: anything-but takes one operator")
        (operation, inner), *_ = argument.items()
        unwanted = [_text(name, operation, one) for one in (inner if isinstance(inner, list) else [inner])]
    else:
        values = argument if isinstance(argument, list) else [argument]
        if not values or any(isinstance(one, dict | list) for one in values):
            raise InvalidPattern(f"{name}: anything-but takes values or one text operator")
        unwanted = [_entry(name, one) for one in values]
    return lambda value: not isinstance(value, _Absent | dict) and not any(test(value) for test in unwanted)


def _numeric(name: str, argument: Any) -> Predicate:
    if not isinstance(argument, list) or len(argument) not in {2, 4}:
        raise InvalidPattern(f"{name}: numeric takes one or two pairs of comparison and number")
    bounds = list(zip(argument[::2], argument[1::2], strict=True))
    for comparison, bound in bounds:
        if comparison not in _COMPARISONS or isinstance(bound, bool) or not isinstance(bound, int | float):
            raise InvalidPattern(f"{name}: numeric cannot read {json.dumps(argument)}")

    def test(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return all(_COMPARISONS[comparison](value, bound) for comparison, bound in bounds)

    return test
