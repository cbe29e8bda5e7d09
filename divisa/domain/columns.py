"""Rows and columns of the same values: one user's numbers as floats, many users' numbers as arrays.

A statistic is declared once, as a frozen dataclass generic in its number type. `Summary[float]` is one user's row;
`Summary[Array]` holds one float64 array of shape (n,) a field. Folds and features are written on arrays and serve
both: one row is a column of length one.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_origin

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array: TypeAlias = NDArray[np.float64]
R = TypeVar("R")


def field_names(kind: Any) -> tuple[str, ...]:
    """The statistics that a dataclass declares, in order; `kind` may be parametrised, as `Summary[float]`."""
    return tuple(field.name for field in fields(_plain(kind)))


def stack(kind: type[R], rows: Sequence[Any]) -> R:
    """Columns (float64, shape (n,)) from n rows of one dataclass of floats."""
    names = field_names(kind)
    table = np.array(list(map(attrgetter(*names), rows)), dtype=np.float64).reshape(len(rows), len(names))
    return _plain(kind)(*np.ascontiguousarray(table.T))


def unstack(kind: type[R], columns: Any) -> list[R]:
    """The rows that make up columns, in their order: the inverse of `stack`."""
    table = np.stack([getattr(columns, name) for name in field_names(kind)], axis=1)
    plain = _plain(kind)
    # Row by row, so that the numbers of a row lie side by side in memory: of a million, one is found there at once.
    return [plain(*row.tolist()) for row in table]


def take(kind: type[R], columns: Any, index: NDArray[Any] | slice) -> R:
    """The columns of some rows only, by index, mask or slice."""
    return _plain(kind)(*(getattr(columns, name)[index] for name in field_names(kind)))


def _plain(kind: type[R]) -> type[R]:
    """The dataclass itself, of which `kind` may be a parametrised alias."""
    return get_origin(kind) or kind
