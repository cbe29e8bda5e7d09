"""What DuckDB is asked of texts: all their values and which rows fit, and of those that don't each problem.

The texts are the table `texts`, with a column for each that a file has, by its name in `text_of`; an empty one is null.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from lake.contract.rules import rules, text_of, value_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lake.contract.contract import Contract
    from lake.contract.rules import Rule

FITS: Final = "_fits"


class Questions:
    """The queries of a contract.

    Args:
        contract: what is asked.
        names: the columns that there are of it.
    """

    def __init__(self, contract: Contract, names: tuple[str, ...]) -> None:
        self._columns = contract.columns
        self._names = names
        self._rules = rules(contract)
        self.problems = tuple(rule.problem for rule in self._rules)
        self.typing = cache(self._typing)

    @property
    def telling(self) -> str:
        """Of each row all problems, a column for each by its number in `problems`, true or false."""
        each = ", ".join(f'coalesce({rule.applies}, FALSE) AS "{n}"' for n, rule in enumerate(self._rules))
        return f"{self._typed(frozenset())} SELECT {each or 'FALSE'} FROM typed"  # noqa: S608 - the contract's own

    def sound(self, name: str) -> str:
        """Those texts of a column of strings that are what is asked of it."""
        wrong = _any([rule for rule in self._rules if rule.problem.column == name])
        text = text_of(name)
        return f'SELECT {text} FROM (SELECT {text}, {text} AS "{name}" FROM texts) WHERE NOT {wrong}'  # noqa: S608

    def _typing(self, plain: frozenset[str], sound: frozenset[str]) -> str | None:
        """The values that are not known, and as `FITS` whether their row fits; None if all values are and all rows do.

        Args:
            plain: the columns whose values are in the table as well, by their names.
            sound: the columns that are what is asked of them.
        """
        own = [f'"{name}"' for name in self._names if name not in plain and self._columns[name].type.name != "string"]
        asked = [rule for rule in self._rules if rule.problem.column not in sound]
        if not own and not asked:
            return None
        fits = f"NOT {_any(asked)} AS {FITS}"
        return f"{self._typed(plain)} SELECT {', '.join([*own, fits])} FROM typed"  # noqa: S608 - the contract's own

    def _typed(self, plain: Collection[str]) -> str:
        texts = [text_of(name) for name in self._names] + [f'"{name}"' for name in plain]
        absent = [f"CAST(NULL AS VARCHAR) AS {text_of(name)}" for name in self._columns if name not in self._names]
        values = [
            f'{value_of(name, each.type)} AS "{name}"' for name, each in self._columns.items() if name not in plain
        ]
        read = f"SELECT {', '.join(texts + absent)} FROM texts"  # noqa: S608 - all of it is the contract's
        return f"WITH read AS ({read}), typed AS (SELECT {', '.join(['*', *values])} FROM read)"  # noqa: S608


def _any(wrong: Sequence[Rule]) -> str:
    return f"coalesce({' OR '.join(f'({rule.applies})' for rule in wrong) or 'FALSE'}, FALSE)"
