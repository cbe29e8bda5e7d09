"""Moments of users and pairs, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from divisa.domain.pair import Pair


@dataclass(frozen=True, slots=True)
class Owned:
    """Moments, each of a user and pair, arrays of shape (n,).

    Attributes:
        users, pairs: by number.
        user, pair: numbers, int32.
        at: microseconds since 1970 UTC, int64.
    """

    users: Sequence[str]
    pairs: Sequence[Pair]
    user: NDArray[np.int32]
    pair: NDArray[np.int32]
    at: NDArray[np.int64]

    def where(self, rows: NDArray[Any]) -> Owned:
        """Some rows only, by index or mask."""
        return Owned(self.users, self.pairs, self.user[rows], self.pair[rows], self.at[rows])
