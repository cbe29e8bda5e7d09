"""The number type of a statistic; by itself, so that naming it loads no NumPy where a function must start quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

N = TypeVar("N", float, "NDArray[np.float64]")
"""float for one row, an array of shape (n,) for many."""
