"""The files that a training set is built of, each of a CSV contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """Where the files lie; None for one that there is not.

    Attributes:
        prices: `pair,event_time,bid,ask`, and `arrived_at` if you like.
        transactions: `user_id,event_time,pair,side,quantity,price`, and `arrived_at` if you like.
        accounts: `user_id,pair,opened_at`: from when on somebody without transactions may be a row.
        decisions: `user_id,pair,event_time`: moments at which the model was asked about somebody.
        suggestions: `user_id,pair,event_time,side,told,propensity`: what users were told, or kept from being told.
        groups: `user_id,group`: who belongs to what, for comparison only.
        oracle: `user_id,pair,event_time,p_buy,p_sell`: a simulator's own probabilities, for comparison only.
        until: until when all that happened stands in the files, UTC; what became known later is left out. None for
            the last transaction or the last quote, whichever came first.
    """

    prices: Path
    transactions: Path
    accounts: Path | None = None
    decisions: Path | None = None
    suggestions: Path | None = None
    groups: Path | None = None
    oracle: Path | None = None
    until: datetime | None = None
