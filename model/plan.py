"""Which rows a training set will have: of whose trading days, which share, and at which moments the model was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.adapters.csv.accounts import read_accounts
from divisa.adapters.csv.decisions import read_decisions
from divisa.adapters.csv.suggestions import read_suggestions
from divisa.domain.errors import InvalidFile
from divisa.domain.market import DAY
from model.choice import Choice
from model.history import BEFORE_FIRST_PRICE, UNKNOWN_PAIR
from model.matrix import Source
from model.owners import numbers_of, owners_of
from model.rows import HORIZON, NEVER, Calendar, Rows, first_moments, merged
from model.split import UNUSED, beginnings, is_held_out, parts_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.adapters.csv.owned import Owned
    from divisa.adapters.csv.suggestions import Suggestions
    from divisa.domain.errors import InvalidRow
    from model.history import History
    from model.training_files import TrainingFiles

CENSORED, EMBARGOED = "censored", "embargoed"
_SECOND = 1_000_000
_DAY, _HORIZON = int(DAY) * _SECOND, int(HORIZON) * _SECOND


@dataclass(frozen=True, slots=True)
class Told:
    """What the files say beside prices and transactions."""

    accounts: Owned | None
    decisions: Owned | None
    suggestions: Suggestions | None

    @classmethod
    def read(cls, files: TrainingFiles, dropped: Counter[str]) -> Told:
        """Read the files that there are; counts what cannot be used.

        Raises:
            InvalidFile: a file as a whole is not of its contract.
        """

        def each(path: Path | None, read: Any, name: str) -> Any:
            return None if path is None else read(path, on_reject=counted(dropped, name))

        return cls(
            each(files.accounts, read_accounts, "accounts"),
            each(files.decisions, read_decisions, "decisions"),
            each(files.suggestions, read_suggestions, "suggestions"),
        )

    def owners(self) -> set[Any]:
        """Whoever may be a row without a transaction."""
        return set().union(*(owners_of(each) for each in (self.accounts, self.decisions) if each is not None))


def counted(dropped: Counter[str], name: str) -> Callable[[InvalidRow], None]:
    """Counts the rows of a file that cannot be used, by reason, under the file's name."""

    def count(problem: InvalidRow) -> None:
        dropped[f"{name}_{problem.reason}"] += 1

    return count


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows there will be.

    Attributes:
        calendar: the days that may be rows.
        choice: what is kept of those.
        bases: of each owner, for the choice.
        decisions: the rows of the moments at which the model was asked, in order.
        held_out: by owner, whether only TEST sees them.
        starts: when CALIBRATE, VALIDATE and TEST begin, microseconds since 1970 UTC.
        suggestions: what users were told.
        whose: number of each suggestion's owner, −1 for none.
    """

    calendar: Calendar
    choice: Choice
    bases: NDArray[np.uint64]
    decisions: Rows
    held_out: NDArray[np.bool_]
    starts: NDArray[np.int64]
    suggestions: Suggestions | None
    whose: NDArray[np.int64]

    @classmethod
    def of(cls, history: History, told: Told, dropped: Counter[str], *, max_rows: int, seed: int) -> Plan:
        """Plan the rows; counts what is left out.

        Raises:
            InvalidFile: there is not one trading day that could be a row.
        """
        numbers = {owner: number for number, owner in enumerate(history.owners)}
        opened = np.full(len(history.owners), NEVER)
        if told.accounts is not None:
            whose = numbers_of(told.accounts, numbers)
            dropped[f"accounts_{UNKNOWN_PAIR}"] += int((whose < 0).sum())
            opened[whose[whose >= 0]] = told.accounts.at[whose >= 0]
        since = first_moments(history.ledger, opened)
        days = [history.markets[pair].trading_days() for pair in history.pairs]
        calendar = Calendar.since(days, history.pair, since)
        traded = np.unique(np.concatenate(days))
        known = traded * _DAY + _HORIZON <= history.end
        everybodys = traded[known & (traded * _DAY >= since.min())]
        if not len(everybodys):
            raise InvalidFile("too little history to learn from: not one trading day after the first transaction")
        starts = beginnings(everybodys)
        held_out = np.array([is_held_out(user_id) for user_id, _ in history.owners])
        first, test, end = everybodys[0], starts[-1], everybodys[-1] + 1
        dropped[CENSORED] += int(calendar.between(np.full(len(since), end), np.full(len(since), NEVER)).counts().sum())
        calendar = calendar.between(np.where(held_out, test, first), np.where(held_out, end, test))
        choice = Choice(min(1.0, max_rows / max(int(calendar.counts().sum()), 1)), seed)
        suggestions = told.suggestions
        return cls(
            calendar,
            choice,
            choice.bases(history.owners),
            _decisions(history, told.decisions, numbers, dropped),
            held_out,
            starts * _DAY,
            suggestions,
            np.empty(0, dtype=np.int64) if suggestions is None else numbers_of(suggestions.to, numbers),
        )

    def rows(self, owners: range, dropped: Counter[str]) -> tuple[Rows, NDArray[np.int8]]:
        """The rows of some owners, and the part of each; counts what no part may have."""
        low, high = np.searchsorted(self.decisions.owner, [owners.start, owners.stop])
        asked = self.decisions.where(slice(int(low), int(high)))
        rows = merged(self.calendar.chosen(owners, self.choice, self.bases), asked)
        parts, reaching = parts_of(rows.at, _HORIZON, self.starts, self.held_out[rows.owner])
        dropped[EMBARGOED] += int(reaching.sum())
        return rows.where(parts != UNUSED), parts[parts != UNUSED]


def _decisions(history: History, decisions: Owned | None, numbers: dict[Any, int], dropped: Counter[str]) -> Rows:
    """Rows of the moments at which the model was asked, once each; counts what is left out."""
    nobody = np.empty(0, dtype=np.int64)
    owner, at = nobody, nobody
    if decisions is not None:
        owner, at = numbers_of(decisions, numbers), decisions.at
        dropped[f"decisions_{UNKNOWN_PAIR}"] += int((owner < 0).sum())
        owner, at = owner[owner >= 0], at[owner >= 0]
        early = at / _SECOND < np.array([history.markets[pair].since[0] for pair in history.pairs])[history.pair[owner]]
        late = at + _HORIZON > history.end
        dropped[f"decisions_{BEFORE_FIRST_PRICE}"] += int(early.sum())
        dropped[CENSORED] += int((late & ~early).sum())
        owner, at = owner[~early & ~late], at[~early & ~late]
        pairs = np.unique(np.stack([owner, at], axis=1), axis=0)
        dropped["decisions_duplicate"] += len(owner) - len(pairs)
        owner, at = pairs[:, 0], pairs[:, 1]
    return Rows(owner, at, np.full(len(at), Source.DECISION, dtype=np.int8), np.ones(len(at)))
