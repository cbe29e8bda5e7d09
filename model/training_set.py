"""From the CSV contracts to the training matrix, by the very folds and features that answer online.

A row is a user on a trading day at 00:00 UTC, described by what was known then: quotes up to that moment, the user's
transactions before it. Its label is what the user did in the 24 hours from then on.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, take
from divisa.domain.errors import InvalidFile
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, feature_matrix
from divisa.domain.market import DAY
from model.history import read_history
from model.matrix import NO_GROUP, Part, Source, TrainingMatrix
from model.oracle import read_oracle
from model.rows import sample_rows
from model.split import is_held_out, missing, stretch_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from divisa.domain.pair import Pair
    from model.history import History
    from model.rows import Rows
    from model.training_files import TrainingFiles

MAX_ROWS = 250_000


def build_training_set(
    files: TrainingFiles,
    *,
    max_rows: int = MAX_ROWS,
    seed: int = 0,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> TrainingMatrix:
    """Read the files, replay them, and make rows.

    Args:
        files: where they lie.
        max_rows: user-days are thinned at random to about so many.
        seed: of that thinning.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: a file as a whole is not of its contract, or there is too little history in it to learn from.
    """
    dropped: Counter[str] = Counter()
    history = read_history(files.prices, files.transactions, dropped, on_stage=on_stage)
    on_stage("Replaying the ledger")
    rows = _rows(history, max_rows, seed)
    problem = missing(rows.part, rows.label, [decision.name for decision in Decision])
    if problem is not None:
        raise InvalidFile(f"{files.transactions} has too little history to learn from: {problem}")
    owners, behaviour = history.owners, history.summaries()

    on_stage("Computing features")
    at = (rows.day * DAY).astype(np.float64)
    market = history.views([owners[owner][1] for owner in rows.owner], at)
    summary = take(BehaviourSummary[Array], behaviour, rows.newest)
    n, pairs = len(rows.day), sorted({pair for _, pair in owners})
    users = np.unique([user_id for user_id, _ in owners], return_inverse=True)[1]
    return TrainingMatrix(
        features=feature_matrix(summary, market, at, market.log_mid),
        labels=rows.label,
        parts=rows.part,
        users=users[rows.owner].astype(np.int32),
        at=at.astype(np.int64),
        oracle=_oracle(files.oracle, rows, owners, dropped),
        weights=np.full(n, 1.0 / rows.share, dtype=np.float32),
        sources=np.full(n, Source.CALENDAR, dtype=np.int8),
        pairs=np.array([pairs.index(pair) for _, pair in owners], dtype=np.int16)[rows.owner],
        trades=(summary.buys + summary.sells).astype(np.int32),
        suggested=np.full(n, Decision.HOLD, dtype=np.int8),
        told=np.zeros(n, dtype=np.bool_),
        propensities=np.full(n, np.nan, dtype=np.float32),
        groups=np.full(n, NO_GROUP, dtype=np.int16),
        feature_names=FEATURE_NAMES,
        pair_names=tuple(map(str, pairs)),
        group_names=(),
        dropped=dict(dropped),
    )


def _rows(history: History, max_rows: int, seed: int) -> Rows:
    """Rows of the days whose label is certain: those that ended before the ledger did."""
    owners, days = history.owners, history.days
    traded = np.unique(np.concatenate([history.markets[pair].trading_days for pair in {pair for _, pair in owners}]))
    calendar = traded[(traded > days[0]) & (traded < days[-1])]
    if not len(calendar):
        raise InvalidFile("too little history to learn from: not one trading day after the first transaction")
    return sample_rows(
        history.ledger,
        [history.markets[pair].trading_days for _, pair in owners],
        np.array([is_held_out(user_id) for user_id, _ in owners]),
        calendar,
        stretch_of(calendar),
        max_rows=max_rows,
        seed=seed,
    )


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
