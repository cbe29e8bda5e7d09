"""What so many messages bring: each way of choosing whom to tell what, at an equal number of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHARES: Final = (0.001, 0.005, 0.01, 0.02, 0.05)
"""Messages as shares of the rows."""
ORACLE: Final = "oracle"


def conversions(scores: Floats, labels: NDArray[Any], weights: Floats, messages: Floats) -> Floats:
    """How many people do what they are told, by number of messages.

    A row is told the side of the higher score, BUY if they are equal, and rows are told in falling order of it. Among
    equals it is not said who comes first, so a part of them brings that part of what they bring together.

    Args:
        scores: of BUY and SELL, shape (n, 2); probabilities, or whatever else puts rows in order.
        labels: class indices, shape (n,).
        weights: what each row counts, shape (n,).
        messages: sums of weights of rows to tell, shape (k,).

    Returns:
        Sums of weights of rows whose label is what they were told, shape (k,).
    """
    side = np.where(scores[:, 0] >= scores[:, 1], 1, 2)
    _, rank = np.unique(-scores.max(axis=1), return_inverse=True)
    told = np.cumsum(np.bincount(rank, weights=weights))
    done = np.cumsum(np.bincount(rank, weights=weights * (labels == side)))
    return np.asarray(np.interp(messages, np.append(0.0, told), np.append(0.0, done)))


def compare(
    ways: Mapping[str, Sequence[Floats]], labels: NDArray[Any], weights: Floats, oracle: Floats, first: str
) -> dict[str, Any]:
    """Ways of choosing side by side, at the same numbers of messages.

    Args:
        ways: by name, one or more choices of scores of BUY and SELL, each of shape (n, 2). Of several that counts
            which brings most: an alert may be set at any distance, or be told at random while it says so.
        labels: class indices, shape (n,).
        weights: what each row counts, shape (n,).
        oracle: the simulator's probabilities of BUY and SELL, shape (n, 2); NaN where there are none.
        first: the way that the others are compared with.

    Returns:
        `shares` and `messages`, and by way, the oracle among them if it knows every row, `conversions` and
        `precision`; of the first way `share_of_oracle` (None without an oracle) and `times_best_baseline` (None where
        none of the others converts).
    """
    everything = dict(ways)
    if not np.isnan(oracle).any():
        everything[ORACLE] = [oracle]
    messages = np.array(SHARES) * weights.sum()
    found = {
        name: np.max([conversions(scores, labels, weights, messages) for scores in choices], axis=0)
        for name, choices in everything.items()
    }
    others = [done for name, done in found.items() if name not in (first, ORACLE)]
    return {
        "shares": list(SHARES),
        "messages": messages.tolist(),
        "ways": {
            name: {"conversions": done.tolist(), "precision": (done / messages).tolist()}
            for name, done in found.items()
        },
        "share_of_oracle": _ratios(found[first], found[ORACLE]) if ORACLE in found else None,
        "times_best_baseline": _ratios(found[first], np.max(others, axis=0)) if others else None,
    }


def _ratios(ours: Floats, theirs: Floats) -> list[float | None]:
    return [one / other if other > 0.0 else None for one, other in zip(ours.tolist(), theirs.tolist(), strict=True)]
