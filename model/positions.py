"""Where moments lie among the moments of their owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_LARGE = 2**62


def positions(owner: Ints, at: Ints, asked_owner: Ints, asked_at: Ints) -> Ints:
    """The index of each asked owner's first moment at or after the asked one, or of where that would be.

    Args:
        owner: of each moment, in order, shape (n,).
        at: the moments, never falling for an owner, shape (n,).
        asked_owner: shape (m,), in any order.
        asked_at: shape (m,).

    Returns:
        Indices from 0 to n, shape (m,); what lies before them of the same owner is earlier than asked.

    >>> owner, at = np.array([1, 1, 2]), np.array([10, 20, 5])
    >>> positions(owner, at, np.array([1, 1, 2, 3]), np.array([10, 11, 6, 0])).tolist()
    [0, 1, 3, 3]
    """
    if not len(at) or not len(asked_at):
        return np.zeros(len(asked_at), dtype=np.int64)
    # Owner and moment in one number; ranks in place of moments where that would be too large.
    first = min(int(at.min()), int(asked_at.min()))
    width = max(int(at.max()), int(asked_at.max())) - first + 1
    if width * (int(max(owner.max(), asked_owner.max())) + 2) < _LARGE:
        moments, asked = at - first, asked_at - first
    else:
        distinct = np.unique(at, return_index=True)[0]
        moments, asked, width = np.searchsorted(distinct, at), np.searchsorted(distinct, asked_at), len(distinct) + 1
    return np.searchsorted(owner * width + moments, asked_owner * width + asked)
