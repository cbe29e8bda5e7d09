"""Which users' moments become rows of the training matrix, and what the user did after each: the label."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain.evaluation import Decision
from divisa.domain.market import DAY
from model.matrix import Source
from model.positions import positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.choice import Choice
    from model.ledger_history import Ledger

HORIZON = DAY
"""Seconds after a row's moment in which the user's first transaction is its label."""
NEVER = np.iinfo(np.int64).max

_SECOND = 1_000_000
_DAY, _HORIZON = int(DAY) * _SECOND, int(HORIZON) * _SECOND
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of owner × moment, owner by owner and in order of time; arrays of shape (n,).

    Attributes:
        owner: number of the user and pair.
        at: microseconds since 1970 UTC.
        source: a `Source`.
        share: probability with which the row was chosen.
    """

    owner: NDArray[np.int64]
    at: NDArray[np.int64]
    source: NDArray[np.int8]
    share: NDArray[np.float64]

    def where(self, rows: NDArray[Any] | slice) -> Rows:
        """Some rows only, by index, mask or slice."""
        return Rows(*(getattr(self, field.name)[rows] for field in fields(Rows)))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The trading days on which each owner may be a row.

    Attributes:
        days: by pair, its trading days as days since 1970, growing.
        pair: number of each owner's pair, shape (owners,).
        first: by owner, the first of the pair's days that may be a row, as an index.
        last: by owner, the index behind the last one.
    """

    days: Sequence[NDArray[np.int64]]
    pair: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @classmethod
    def since(cls, days: Sequence[NDArray[np.int64]], pair: NDArray[np.int64], moments: NDArray[np.int64]) -> Calendar:
        """All trading days whose midnight is not before each owner's moment, microseconds since 1970 UTC."""
        last = np.array([len(each) for each in days])[pair]
        return cls(days, pair, cls._places(days, pair, -(-moments // _DAY)), last)

    def between(self, first: NDArray[np.int64], behind: NDArray[np.int64]) -> Calendar:
        """What lies from one day to before another, by owner."""
        low = np.maximum(self.first, self._places(self.days, self.pair, first))
        return Calendar(self.days, self.pair, low, np.minimum(self.last, self._places(self.days, self.pair, behind)))

    def counts(self) -> NDArray[np.int64]:
        """How many days each owner has."""
        return np.asarray(np.maximum(self.last - self.first, 0))

    def chosen(self, owners: range, choice: Choice, bases: NDArray[np.uint64]) -> Rows:
        """The rows of some owners that a choice keeps; `bases` are those of all owners."""
        owner, at = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        counts = self.counts()
        for some in _portions(owners, counts):
            numbers = np.arange(some.start, some.stop)
            chosen = zip(self.pair[numbers], self.first[numbers], counts[numbers], strict=True)
            days = np.concatenate([self.days[pair][first : first + count] for pair, first, count in chosen])
            whose, moments = np.repeat(numbers, counts[numbers]), days * _DAY
            keep = choice.keeps(bases[whose], moments)
            owner.append(whose[keep])
            at.append(moments[keep])
        n = sum(map(len, owner))
        share = np.full(n, min(choice.share, 1.0))
        return Rows(np.concatenate(owner), np.concatenate(at), np.full(n, Source.CALENDAR, dtype=np.int8), share)

    @staticmethod
    def _places(
        days: Sequence[NDArray[np.int64]], pair: NDArray[np.int64], asked: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        out = np.zeros(len(pair), dtype=np.int64)
        for number, each in enumerate(days):
            out[pair == number] = np.searchsorted(each, asked[pair == number])
        return out


def first_moments(ledger: Ledger, opened: NDArray[np.int64]) -> NDArray[np.int64]:
    """From when on each owner may be a row: the opening of the account, or just after the first transaction is known.

    Args:
        ledger: the transactions.
        opened: microseconds since 1970 UTC, `NEVER` for no account that one knows of, shape (owners,).
    """
    traded = ledger.counts() > 0
    first = opened.copy()
    first[traded] = np.minimum(first[traded], ledger.known[ledger.starts[:-1][traded]] + 1)
    return first


def merged(calendar: Rows, decisions: Rows) -> Rows:
    """Both in order; a moment at which the model was asked is not a second row when it is a trading day's midnight."""
    both = [np.concatenate([getattr(each, field.name) for each in (decisions, calendar)]) for field in fields(Rows)]
    rows = Rows(*both)
    order = np.lexsort((-rows.source, rows.at, rows.owner))
    rows = rows.where(order)
    again = (rows.owner[1:] == rows.owner[:-1]) & (rows.at[1:] == rows.at[:-1])
    return rows.where(np.concatenate([[True], ~again])[: len(rows.at)])


def known_before(ledger: Ledger, owners: range, rows: Rows) -> NDArray[np.int64]:
    """Index in the ledger of the newest transaction that was known before each row, −1 where there is none."""
    part = slice(int(ledger.starts[owners.start]), int(ledger.starts[owners.stop]))
    starts = ledger.starts[owners.start : owners.stop + 1]
    owner = np.repeat(np.arange(owners.start, owners.stop), np.diff(starts))
    index = part.start + positions(owner - owners.start, ledger.known[part], rows.owner - owners.start, rows.at) - 1
    return np.where(index >= ledger.starts[rows.owner], index, -1)


def labels(ledger: Ledger, owners: range, rows: Rows) -> NDArray[np.int8]:
    """What each row's owner did first within the horizon, by event time: a `Decision`."""
    part = slice(int(ledger.starts[owners.start]), int(ledger.starts[owners.stop]))
    owner = np.repeat(np.arange(owners.start, owners.stop), np.diff(ledger.starts[owners.start : owners.stop + 1]))
    at, buy = ledger.at[part], ledger.buy[part]
    if not len(at):
        return np.full(len(rows.at), Decision.HOLD, dtype=np.int8)
    if ((at[1:] < at[:-1]) & (owner[1:] == owner[:-1])).any():
        order = np.lexsort((at, owner))
        at, buy = at[order], buy[order]
    upcoming = np.minimum(positions(owner - owners.start, at, rows.owner - owners.start, rows.at), len(at) - 1)
    within = (owner[upcoming] == rows.owner) & (at[upcoming] >= rows.at) & (at[upcoming] < rows.at + _HORIZON)
    return np.where(within, np.where(buy[upcoming], Decision.BUY, Decision.SELL), Decision.HOLD).astype(np.int8)


def _portions(owners: range, counts: NDArray[np.int64]) -> list[range]:
    """The owners in portions of not too many rows, at least one owner each."""
    done = np.cumsum(counts[owners.start : owners.stop])
    out, first = [], 0
    while first < len(done):
        before = done[first - 1] if first else 0
        last = max(int(np.searchsorted(done, before + _AT_ONCE, side="right")), first + 1)
        out.append(range(owners.start + first, owners.start + last))
        first = last
    return out
