"""What the matrix says of chosen rows, from what was known at their moments; labels from what came after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain.features import feature_matrix
from model.rows import known_before, labels
from model.treatment import treatment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from divisa.adapters.csv.suggestions import Suggestions
    from model.history import History
    from model.rows import Rows

_SECOND = 1e6


def described(
    history: History, owners: range, rows: Rows, suggestions: Suggestions | None, whose: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    """Columns of `TrainingMatrix`, by name.

    Args:
        history: what happened.
        owners: whose rows they are.
        rows: the rows.
        suggestions: what users were told; None for nothing.
        whose: number of each suggestion's owner, −1 for none.
    """
    at, newest = rows.at / _SECOND, known_before(history.ledger, owners, rows)
    market = history.views(rows.owner, at)
    summary = history.summaries(owners.start, owners.stop, newest)
    return {
        "features": feature_matrix(summary, market, at, market.log_mid),
        "labels": labels(history.ledger, owners, rows),
        "weights": (1.0 / rows.share).astype(np.float32),
        "sources": rows.source,
        "trades": (summary.buys + summary.sells).astype(np.int32),
        **treatment(suggestions, whose, rows)._asdict(),
    }
