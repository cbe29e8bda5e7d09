"""From the CSV contracts to the training matrix, by the very folds and features that answer online.

A row is a user on a trading day at 00:00 UTC, described by what was known then: quotes up to that moment, the user's
transactions before it. Its label is what the user did in the 24 hours from then on.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.prices import read_quotes
from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.behaviour import BehaviourSummary, Trades, trade_of
from divisa.domain.columns import Array, field_names, stack, take
from divisa.domain.errors import InvalidFile
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, feature_matrix
from divisa.domain.market import DAY, MarketView
from model.ledger_history import Ledger, summaries
from model.market_history import market_histories
from model.matrix import Part, TrainingMatrix
from model.oracle import read_oracle
from model.rows import sample_rows
from model.split import is_held_out, missing, stretch_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.domain.errors import InvalidRow
    from divisa.domain.pair import Pair
    from divisa.domain.transaction import Transaction
    from model.market_history import MarketHistory
    from model.rows import Rows

MAX_ROWS = 250_000
UNKNOWN_PAIR, BEFORE_FIRST_PRICE = "unknown_pair", "before_first_price"


def build_training_set(
    prices: Path,
    transactions: Path,
    oracle: Path | None = None,
    *,
    max_rows: int = MAX_ROWS,
    seed: int = 0,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> TrainingMatrix:
    """Read the files, replay them, and make rows.

    Args:
        prices: file of the contract `prices`.
        transactions: file of the contract `transactions`.
        oracle: the simulator's probabilities, for comparison only: they are no feature.
        max_rows: user-days are thinned at random to about so many.
        seed: of that thinning.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: a file as a whole is not of its contract, or there is too little history in it to learn from.
    """
    dropped: Counter[str] = Counter()

    def reject(problem: InvalidRow) -> None:
        dropped[problem.reason] += 1

    on_stage("Reading transactions")
    entries = sorted(read_transactions(transactions, on_reject=reject), key=lambda t: (t.user_id, t.pair))
    if not entries:
        raise InvalidFile(f"{transactions} has no usable row; dropped: {dict(dropped)}")
    days = _weekdays(entries)
    moments = _moments(entries, days)
    on_stage("Replaying quotes")
    histories = market_histories(read_quotes(prices, source="csv", on_reject=reject), moments)
    entries = _with_price(entries, histories, moments, dropped)
    if not entries:
        raise InvalidFile(f"no transaction has a price before it; dropped: {dict(dropped)}")

    on_stage("Replaying the ledger")
    owners, ledger = _ledger(entries)
    rows = _rows(owners, ledger, histories, days, max_rows, seed)
    problem = missing(rows.part, rows.label, [decision.name for decision in Decision])
    if problem is not None:
        raise InvalidFile(f"{transactions} has too little history to learn from: {problem}")
    pair_of = [pair for _, pair in owners]
    behaviour = summaries(ledger, _views(histories, moments, [pair_of[o] for o in ledger.owner], ledger.trades.at))

    on_stage("Computing features")
    at = (rows.day * DAY).astype(np.float64)
    market = _views(histories, moments, [pair_of[o] for o in rows.owner], at)
    summary = take(BehaviourSummary[Array], behaviour, rows.newest)
    users = np.unique([user_id for user_id, _ in owners], return_inverse=True)[1]
    return TrainingMatrix(
        features=feature_matrix(summary, market, at, market.log_mid),
        labels=rows.label,
        parts=rows.part,
        users=users[rows.owner].astype(np.int32),
        at=at.astype(np.int64),
        oracle=_oracle(oracle, rows, owners, dropped),
        feature_names=FEATURE_NAMES,
        dropped=dict(dropped),
    )


def _weekdays(entries: Sequence[Transaction]) -> NDArray[np.int64]:
    """Days from the first to the last of the ledger. Later ones have no certain label: nobody recorded them."""
    times = [entry.event_time.timestamp() for entry in entries]
    return np.arange(int(min(times) // DAY), int(max(times) // DAY) + 1)


def _moments(entries: Sequence[Transaction], days: NDArray[np.int64]) -> dict[Pair, Array]:
    """By pair, when the market must be known: at every transaction and every midnight."""
    times: dict[Pair, list[float]] = {}
    for entry in entries:
        times.setdefault(entry.pair, []).append(entry.event_time.timestamp())
    return {pair: np.union1d(at, days * DAY) for pair, at in times.items()}


def _with_price(
    entries: Sequence[Transaction],
    histories: Mapping[Pair, MarketHistory],
    moments: Mapping[Pair, Array],
    dropped: Counter[str],
) -> list[Transaction]:
    """Transactions at whose time the pair had a price; counts the others."""
    known = {
        pair: float(moments[pair][int(np.argmax(history.known))]) if history.known.any() else np.inf
        for pair, history in histories.items()
        if pair in moments
    }
    kept = []
    for entry in entries:
        if entry.pair not in known:
            dropped[UNKNOWN_PAIR] += 1
        elif entry.event_time.timestamp() < known[entry.pair]:
            dropped[BEFORE_FIRST_PRICE] += 1
        else:
            kept.append(entry)
    return kept


def _ledger(entries: Sequence[Transaction]) -> tuple[list[tuple[str, Pair]], Ledger]:
    """The owners, by number, and their transactions; entries lie owner by owner, each in order of time."""
    owners: dict[tuple[str, Pair], int] = {}
    numbers = [owners.setdefault((entry.user_id, entry.pair), len(owners)) for entry in entries]
    trades = stack(Trades[Array], [trade_of(entry) for entry in entries])
    return list(owners), Ledger(np.array(numbers, dtype=np.int64), trades)


def _rows(
    owners: Sequence[tuple[str, Pair]],
    ledger: Ledger,
    histories: Mapping[Pair, MarketHistory],
    days: NDArray[np.int64],
    max_rows: int,
    seed: int,
) -> Rows:
    traded = np.unique(np.concatenate([histories[pair].trading_days for pair in {pair for _, pair in owners}]))
    calendar = traded[(traded > days[0]) & (traded <= days[-1])]
    if not len(calendar):
        raise InvalidFile("too little history to learn from: not one trading day after the first transaction")
    return sample_rows(
        ledger,
        [histories[pair].trading_days for _, pair in owners],
        np.array([is_held_out(user_id) for user_id, _ in owners]),
        calendar,
        stretch_of(calendar),
        max_rows=max_rows,
        seed=seed,
    )


def _views(
    histories: Mapping[Pair, MarketHistory], moments: Mapping[Pair, Array], pairs: Sequence[Pair], at: Array
) -> MarketView[Array]:
    """The market of each row's pair at each row's moment, columns of shape (n,)."""
    order = sorted(set(pairs))
    number = {pair: index for index, pair in enumerate(order)}
    which = np.array([number[pair] for pair in pairs], dtype=np.int64)
    out = {name: np.empty(len(at)) for name in field_names(MarketView)}
    for pair in order:
        mine = which == number[pair]
        index = np.searchsorted(moments[pair], at[mine])
        for name, column in out.items():
            column[mine] = getattr(histories[pair].views, name)[index]
    return MarketView(**out)


def _oracle(
    path: Path | None, rows: Rows, owners: Sequence[tuple[str, Pair]], dropped: Counter[str]
) -> NDArray[np.float64]:
    """The simulator's probabilities of the rows that judge; NaN for the others."""
    found = np.full((len(rows.day), 2), np.nan)
    if path is None:
        return found
    judging = np.flatnonzero(rows.part == Part.TEST)
    wanted = {
        (owners[rows.owner[row]][0], str(owners[rows.owner[row]][1]), int(rows.day[row])): index
        for index, row in enumerate(judging)
    }
    found[judging] = read_oracle(path, wanted, dropped)
    return found
