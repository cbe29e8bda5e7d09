"""The training matrix between the job that builds it and the job that learns from it: two files in one folder.

Learning runs in the managed scikit-learn image, so this module imports nothing but numpy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

Array: TypeAlias = NDArray[Any]

ARRAYS, DESCRIPTION = "matrix.npz", "matrix.json"


class Part(IntEnum):
    """What a row is for. Parts follow each other in time; users of TEST are in no other part."""

    FIT = 0
    CALIBRATE = 1
    VALIDATE = 2
    TEST = 3


@dataclass(frozen=True)
class TrainingMatrix:
    """Rows of user × trading day, and what became of the files that they come from.

    Attributes:
        features: float32, shape (n, columns), NaN for "not known".
        labels: class indices (0 HOLD, 1 BUY, 2 SELL), int8, shape (n,).
        parts: a `Part`, int8, shape (n,).
        users: number of the user, int32, shape (n,).
        at: moment of the row, seconds since 1970 UTC, int64, shape (n,).
        oracle: the simulator's own probabilities of BUY and SELL, float64, shape (n, 2); NaN where there are none.
        feature_names: names of the columns.
        dropped: rows of the files that could not be used, by reason.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int8]
    parts: NDArray[np.int8]
    users: NDArray[np.int32]
    at: NDArray[np.int64]
    oracle: NDArray[np.float64]
    feature_names: tuple[str, ...]
    dropped: dict[str, int]

    def part(self, part: Part) -> NDArray[np.bool_]:
        """Mask of a part's rows."""
        return np.asarray(self.parts == part)


def write_matrix(matrix: TrainingMatrix, folder: Path) -> None:
    """Write both files into a folder, which is made when it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ARRAYS).open("wb") as file:
        np.savez(
            file,
            features=matrix.features,
            labels=matrix.labels,
            parts=matrix.parts,
            users=matrix.users,
            at=matrix.at,
            oracle=matrix.oracle,
        )
    description = {"feature_names": matrix.feature_names, "dropped": matrix.dropped}
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def read_matrix(folder: Path) -> TrainingMatrix:
    """The matrix that was written into a folder.

    Raises:
        ValueError: the columns are not as many as their names.
    """
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        matrix = TrainingMatrix(
            **{name: arrays[name] for name in arrays.files},
            feature_names=tuple(description["feature_names"]),
            dropped=description["dropped"],
        )
    if matrix.features.shape[1] != len(matrix.feature_names):
        raise ValueError(f"{matrix.features.shape[1]} columns have {len(matrix.feature_names)} names")
    return matrix
