"""Made rows of a dataset from its contract alone, which all pass its checks: for tests and for trying things out.

A row begins as the examples of the contract. Only that is changed of which it is known how:

- times and days move on together from row to row, so that what was before something else is before it still;
- numbers change by up to a half, within their bounds; two of which a check asks no more than which is greater change by
  the same amount;
- keys that are whole numbers or have digits count;
- of values of a list, and of true and false, any is taken; what may be missing is at times.

What a check looks at otherwise stays as the examples are, which pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import sqlglot
from sqlglot import expressions

if TYPE_CHECKING:
    from lake.contract.contract import Column, Contract

STEP: Final = timedelta(minutes=1)
"""Between two rows, give or take the seconds of a minute; a day where days have to count."""
MISSING: Final = 0.1
"""The share of values that are missing, of columns where they may be."""
_DIGITS = re.compile(r"[0-9]+(?=[^0-9]*$)")
_ORDERS: Final = (expressions.LT, expressions.LTE, expressions.GT, expressions.GTE)


def rows(contract: Contract, count: int, seed: int = 0) -> list[tuple[str, ...]]:
    """Rows as a file has them, with all columns of a contract in its order. The same ones for the same seed.

    Raises:
        ValueError: no column of the key is one that can count, or not so far.
    """
    maker = _Maker.of(contract, np.random.default_rng(seed))
    if count > 1 and maker.counting is None:
        raise ValueError(f"no column of the key of {contract.dataset} can count")
    return [tuple(maker.row(number).values()) for number in range(count)]


@dataclass(frozen=True, slots=True)
class _Maker:
    """How rows of a contract are made.

    Attributes:
        counting: the column of the key that is another one in every row.
        tied: numbers of which a check asks which is greater.
        fixed: columns that a check looks at in some other way.
    """

    contract: Contract
    random: np.random.Generator
    counting: str | None
    tied: tuple[frozenset[str], ...]
    fixed: frozenset[str]

    @classmethod
    def of(cls, contract: Contract, random: np.random.Generator) -> _Maker:
        columns = contract.columns
        tied, fixed = [], set[str]()
        for check in contract.checks:
            kinds = [columns[name].type for name in check.columns]
            greater = _asks_which_is_greater(check.must)
            if greater and all(kind.is_number for kind in kinds):
                tied.append(check.columns)
            elif not (greater and all(kind.is_ordered_in_time for kind in kinds)):
                fixed |= check.columns
        for together in tied:  # a number tied to several moves with neither
            if any(together & other for other in tied if other is not together):
                fixed |= together
        can = [name for name in contract.key if name not in fixed and _counts(columns[name])]
        counting = next((name for name in can if name == contract.event_time), next(iter(can), None))
        return cls(contract, random, counting, tuple(each for each in tied if not each & fixed), frozenset(fixed))

    def row(self, number: int) -> dict[str, str]:
        """The row of some number."""
        by_day = self.counting is not None and self.contract.columns[self.counting].type.name == "date"
        shift = number * (timedelta(days=1) if by_day else STEP) + timedelta(seconds=int(self.random.integers(60)))
        numbers = self._numbers()
        out = {}
        for name, column in self.contract.columns.items():
            if name in self.fixed:
                out[name] = column.example
            elif name == self.counting and not column.type.is_ordered_in_time:
                out[name] = _counted(name, column, number)
            elif self._may_miss(name, column) and self.random.random() < MISSING:
                out[name] = ""
            elif column.type.is_ordered_in_time:
                out[name] = _moved(column, shift)
            elif name in self.contract.key and column.type.name == "string" and column.one_of is None:
                out[name] = _counted(name, column, int(self.random.integers(50))) if _counts(column) else column.example
            elif column.type.name == "boolean":
                out[name] = str(self.random.choice(["true", "false"]))
            elif column.one_of is not None:
                out[name] = str(self.random.choice(column.one_of))
            else:
                out[name] = numbers.get(name, column.example)
        return out

    def _numbers(self) -> dict[str, str]:
        """Numbers of a row; those that are tied move by the same amount, and not at all where that leads out."""
        columns = self.contract.columns
        alone = [
            frozenset({name})
            for name, column in columns.items()
            if column.type.is_number and not any(name in together for together in self.tied)
        ]
        out: dict[str, str] = {}
        for together in (*alone, *self.tied):
            examples = {name: Decimal(columns[name].example) for name in sorted(together)}
            least = min(examples.values(), key=abs)
            finest = Decimal(1).scaleb(max(int(each.as_tuple().exponent) for each in examples.values()))
            amount = (least * Decimal(str(round(self.random.uniform(-0.5, 0.5), 6)))).quantize(finest)
            if all(_within(columns[name], example + amount) for name, example in examples.items()):
                out |= {name: f"{example + amount:f}" for name, example in examples.items()}
        return out

    def _may_miss(self, name: str, column: Column) -> bool:
        return column.nullable and not any(name in check.columns for check in self.contract.checks)


def _asks_which_is_greater(must: str) -> bool:
    """Whether a condition compares two columns and does nothing else.

    >>> _asks_which_is_greater("bid < ask"), _asks_which_is_greater("bid < ask * 2")
    (True, False)
    """
    tree = sqlglot.parse_one(must, read="spark")
    return isinstance(tree, _ORDERS) and all(isinstance(side, expressions.Column) for side in (tree.left, tree.right))


def _counts(column: Column) -> bool:
    """Whether a column of a key can be another one in every row."""
    if column.type.name == "string":
        return column.one_of is None and _DIGITS.search(column.example) is not None
    return column.type.name == "integer" or column.type.is_ordered_in_time


def _counted(name: str, column: Column, number: int) -> str:
    """The example with its last digits so much further.

    Raises:
        ValueError: that is none that the column can have.

    >>> from lake.contract.contract import Column
    >>> _counted("id", Column(type="string", about="whose", example="u-007b"), 5)
    'u-012b'
    """
    text = _DIGITS.sub(lambda digits: f"{int(digits[0]) + number:0{len(digits[0])}}", column.example)
    fits = _within(column, Decimal(text)) if column.type.is_number else _spelled(column, text)
    if not fits:
        raise ValueError(f"{name} cannot count by {number}")
    return text


def _moved(column: Column, shift: timedelta) -> str:
    """The example so much later."""
    if column.type.name == "date":
        return (date.fromisoformat(column.example) + timedelta(days=shift.days)).isoformat()
    moment = datetime.fromisoformat(column.example).astimezone(UTC) + shift
    return f"{moment:%Y-%m-%dT%H:%M:%S}{f'.{moment:%f}' if moment.microsecond else ''}Z"


def _within(column: Column, number: Decimal) -> bool:
    kind = column.type
    return (
        (kind.name != "decimal" or abs(number) < Decimal(1).scaleb(kind.precision - kind.scale))
        and (kind.name != "integer" or -(2**63) <= number < 2**63)
        and (column.above is None or number > Decimal(repr(column.above)))
        and (column.least is None or number >= Decimal(repr(column.least)))
        and (column.most is None or number <= Decimal(repr(column.most)))
        and (column.digits is None or sum(map(str.isdigit, f"{number:f}")) <= column.digits)
    )


def _spelled(column: Column, text: str) -> bool:
    return (column.longest is None or len(text) <= column.longest) and (
        column.pattern is None or re.fullmatch(column.pattern, text) is not None
    )
