"""The training matrix between the job that builds it and the job that learns from it: two files in one folder.

Learning runs in the managed scikit-learn image, so this module imports nothing but numpy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

Array: TypeAlias = NDArray[Any]

ARRAYS, DESCRIPTION = "matrix.npz", "matrix.json"
_NAME_LISTS = ("feature_names", "pair_names", "group_names")


NO_GROUP = -1
"""The group of a row whose user is in none."""


class Part(IntEnum):
    """What a row is for. Parts follow each other in time; users of TEST are in no other part."""

    FIT = 0
    CALIBRATE = 1
    VALIDATE = 2
    TEST = 3


class Source(IntEnum):
    """Why a row's moment was chosen."""

    CALENDAR = 0  # a trading day's midnight
    DECISION = 1  # the model was asked about the user then


@dataclass(frozen=True)
class TrainingMatrix:
    """Rows of user × moment, and what became of the files that they come from.

    Attributes:
        features: float32, shape (n, columns), NaN for "not known".
        labels: class indices (0 HOLD, 1 BUY, 2 SELL), int8, shape (n,).
        parts: a `Part`, int8, shape (n,).
        users: number of the user, int32, shape (n,).
        at: moment of the row, seconds since 1970 UTC, int64, shape (n,).
        oracle: the simulator's own probabilities of BUY and SELL, float64, shape (n, 2); NaN where there are none.
        weights: one over the probability with which the row was chosen, float32, shape (n,).
        sources: a `Source`, int8, shape (n,).
        pairs: number of the pair, an index of `pair_names`, int16, shape (n,).
        trades: transactions of the user in the pair that were known at the moment, int32, shape (n,).
        suggested: class index of what the user was, or in the control group would have been, told to do so shortly
            before or within the horizon that the label may come of it; HOLD for nothing; int8, shape (n,).
        told: whether that suggestion was sent, bool, shape (n,); not in the control group, and not where there is none.
        propensities: probability with which it was to be sent, float32, shape (n,); NaN where there is none.
        groups: number of the group that the user was said to belong to, an index of `group_names`, int16, shape (n,);
            NO_GROUP where nothing was said. For comparison only: it is no feature.
        feature_names: names of the columns.
        pair_names: names of the pairs.
        group_names: names of the groups.
        dropped: rows of the files that could not be used, by reason.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int8]
    parts: NDArray[np.int8]
    users: NDArray[np.int32]
    at: NDArray[np.int64]
    oracle: NDArray[np.float64]
    weights: NDArray[np.float32]
    sources: NDArray[np.int8]
    pairs: NDArray[np.int16]
    trades: NDArray[np.int32]
    suggested: NDArray[np.int8]
    told: NDArray[np.bool_]
    propensities: NDArray[np.float32]
    groups: NDArray[np.int16]
    feature_names: tuple[str, ...]
    pair_names: tuple[str, ...]
    group_names: tuple[str, ...]
    dropped: dict[str, int]

    @classmethod
    def of_calendar(
        cls,
        features: NDArray[np.float32],
        labels: NDArray[np.int8],
        parts: NDArray[np.int8],
        users: NDArray[np.int32],
        at: NDArray[np.int64],
        feature_names: tuple[str, ...],
    ) -> TrainingMatrix:
        """Rows of one pair on trading days, all that there are, of users who were told nothing."""
        n = len(labels)
        return cls(
            features=features,
            labels=labels,
            parts=parts,
            users=users,
            at=at,
            oracle=np.full((n, 2), np.nan),
            weights=np.ones(n, dtype=np.float32),
            sources=np.full(n, Source.CALENDAR, dtype=np.int8),
            pairs=np.zeros(n, dtype=np.int16),
            trades=np.ones(n, dtype=np.int32),
            suggested=np.zeros(n, dtype=np.int8),
            told=np.zeros(n, dtype=np.bool_),
            propensities=np.full(n, np.nan, dtype=np.float32),
            groups=np.full(n, NO_GROUP, dtype=np.int16),
            feature_names=feature_names,
            pair_names=("USD/MXN",),
            group_names=(),
            dropped={},
        )

    def part(self, part: Part) -> NDArray[np.bool_]:
        """Mask of a part's rows."""
        return np.asarray(self.parts == part)


def take_rows(matrix: TrainingMatrix, rows: NDArray[Any]) -> TrainingMatrix:
    """The matrix of some of the rows, by mask or index; names and counts stay."""
    return replace(matrix, **{name: getattr(matrix, name)[rows] for name in _ARRAY_NAMES})


_ARRAY_NAMES = tuple(each.name for each in fields(TrainingMatrix) if each.name not in (*_NAME_LISTS, "dropped"))


def write_matrix(matrix: TrainingMatrix, folder: Path) -> None:
    """Write both files into a folder, which is made when it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ARRAYS).open("wb") as file:
        np.savez(file, **{name: getattr(matrix, name) for name in _ARRAY_NAMES})
    description = {name: getattr(matrix, name) for name in (*_NAME_LISTS, "dropped")}
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def read_matrix(folder: Path) -> TrainingMatrix:
    """The matrix that was written into a folder.

    Raises:
        ValueError: the columns are not as many as their names.
    """
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        columns: dict[str, Any] = {
            **{name: arrays[name] for name in _ARRAY_NAMES},
            **{name: tuple(description[name]) for name in _NAME_LISTS},
        }
    matrix = TrainingMatrix(**columns, dropped=description["dropped"])
    if matrix.features.shape[1] != len(matrix.feature_names):
        raise ValueError(f"{matrix.features.shape[1]} columns have {len(matrix.feature_names)} names")
    return matrix
