"""From the CSV contracts to the training matrix, by the very folds and features that answer online.

A row is a user and pair at a moment, described by what was known then: quotes that had arrived, transactions that had
arrived before. Its label is what the user did in the 24 hours from then on. Moments are midnights of trading days,
thinned at random, and all those at which the model was asked, as far as a file says so.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.adapters.csv.groups import read_groups
from divisa.domain.errors import InvalidFile
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES
from model.description import described
from model.history import read_history
from model.ledger_history import BLOCK_TRANSACTIONS
from model.matrix import NO_GROUP, Part, Source, TrainingMatrix
from model.oracle import read_oracle
from model.plan import Plan, Told, counted
from model.split import empty, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from model.history import History
    from model.training_files import TrainingFiles

MAX_ROWS = 250_000
_SECOND = 1_000_000
_TIMES_TOLD = 10


def build_training_set(
    files: TrainingFiles,
    *,
    max_rows: int = MAX_ROWS,
    seed: int = 0,
    to_learn: bool = True,
    block: int = BLOCK_TRANSACTIONS,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> TrainingMatrix:
    """Read the files, replay them, and make rows. The same files and numbers give the same matrix, whatever `block`.

    Args:
        files: where they lie.
        max_rows: user-days are thinned at random to about so many.
        seed: of that thinning.
        to_learn: whether a model is to be trained on the rows, which takes every class in every part; to judge one, it
            takes rows before and rows of users who are held out.
        block: about so many transactions are replayed side by side.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: a file as a whole is not of its contract, or there is too little history in it.
    """
    dropped: Counter[str] = Counter()
    told = Told.read(files, dropped)
    history = read_history(
        files.prices, files.transactions, dropped, also=told.owners(), until=files.until, on_stage=on_stage
    )
    plan = Plan.of(history, told, dropped, max_rows=max_rows, seed=seed)
    on_stage("Replaying the ledger")
    parts = list(_blocks(history, plan, dropped, block, on_stage))
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if to_learn:
        purpose = "learn from"
        problem = missing(rows["parts"], rows["labels"], [decision.name for decision in Decision])
    else:
        purpose, problem = "judge by", empty(rows["parts"], (Part.FIT, Part.TEST))
    if problem is not None:
        raise InvalidFile(f"{files.transactions} has too little history to {purpose}: {problem}")
    owner, users = rows.pop("owner"), np.array([user for user, _ in history.owners])
    moments = rows.pop("moments")
    group_names, groups = _groups(files.groups, history, dropped)
    return TrainingMatrix(
        **rows,
        users=np.unique(users, return_inverse=True)[1][owner].astype(np.int32),
        at=moments // _SECOND,
        oracle=_oracle(files.oracle, history, owner, moments, rows, dropped),
        pairs=history.pair[owner].astype(np.int16),
        groups=groups[owner],
        feature_names=FEATURE_NAMES,
        pair_names=tuple(map(str, history.pairs)),
        group_names=group_names,
        dropped={reason: count for reason, count in sorted(dropped.items()) if count},
    )


def _blocks(
    history: History, plan: Plan, dropped: Counter[str], block: int, on_stage: Callable[[str], None]
) -> Iterator[dict[str, NDArray[Any]]]:
    """The rows of one block of owners after the other, as columns of the matrix."""
    ledger, told = history.ledger, 0
    for first, last in ledger.blocks(block):
        owners = range(first, last)
        rows, parts = plan.rows(owners, dropped)
        columns = described(history, owners, rows, plan.suggestions, plan.whose)
        yield {"owner": rows.owner, "moments": rows.at, "parts": parts, **columns}
        done = int(ledger.starts[last])
        if done * _TIMES_TOLD // len(ledger.at) > told:
            told = done * _TIMES_TOLD // len(ledger.at)
            on_stage(f"Replaying the ledger: {done:,} of {len(ledger.at):,} transactions")


def _groups(path: Path | None, history: History, dropped: Counter[str]) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    """The groups' names, and the number of each owner's."""
    groups = np.full(len(history.owners), NO_GROUP, dtype=np.int16)
    if path is None:
        return (), groups
    of_user = read_groups(path, on_reject=counted(dropped, "groups"))
    names = sorted(set(of_user.values()))
    numbers = {name: number for number, name in enumerate(names)}
    for number, (user, _) in enumerate(history.owners):
        if user in of_user:
            groups[number] = numbers[of_user[user]]
    return tuple(names), groups


def _oracle(
    path: Path | None,
    history: History,
    owner: NDArray[np.int64],
    moments: NDArray[np.int64],
    rows: dict[str, NDArray[Any]],
    dropped: Counter[str],
) -> NDArray[np.float64]:
    """The simulator's probabilities of the midnights that judge; NaN for the other rows."""
    found = np.full((len(owner), 2), np.nan)
    if path is not None:
        numbers = {each: number for number, each in enumerate(history.owners)}
        judging = np.flatnonzero((rows["parts"] == Part.TEST) & (rows["sources"] == Source.CALENDAR))
        found[judging] = read_oracle(
            path, numbers, owner[judging], moments[judging], on_reject=counted(dropped, "oracle")
        )
    return found
