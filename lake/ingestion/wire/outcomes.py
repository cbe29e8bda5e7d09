"""What became of a suggestion, as the outcomes' table has it, as a row of `fx_outcomes`."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

from divisa.adapters.wire.outcome import outcome_from_json
from divisa.domain.errors import InvalidInput
from divisa.domain.experiment import Arm
from divisa.domain.outcome import Horizon
from divisa.domain.transaction import Side
from lake.ingestion.records import FileReason
from lake.ingestion.rows import NoRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from divisa.domain.outcome import Outcome

_ARMS: Final = {Arm.TREATED: "treated", Arm.HELD_OUT: "holdout"}
_GAIN: Final = Decimal("1e-9")
"""Gains are parts of the price, to nine places, rounded half-even."""


def outcome_columns(line: bytes) -> Mapping[str, str | None]:
    """The columns of an outcome.

    Raises:
        NoRow: the line is none.
    """
    try:
        outcome = outcome_from_json(line)
        gains = {horizon: _gain(outcome, horizon) for horizon in (Horizon.DAY, Horizon.WEEK)}
    except (InvalidInput, ArithmeticError) as refusal:
        raise NoRow(FileReason.NO_RECORD, "is no outcome of a suggestion") from refusal
    return {
        "suggestion_id": outcome.suggestion_id,
        "user_id": outcome.user_id,
        "pair": str(outcome.pair),
        "side": outcome.side.value,
        "begun_at": outcome.begun_at.isoformat(),
        "known_until": outcome.known_until.isoformat(),
        "arm": _ARMS[outcome.arm],
        "opened_at": _moment(outcome.opened_at),
        "response": None if outcome.response is None else outcome.response.value,
        "traded_at": _moment(outcome.traded_at),
        "traded_quantity": None if outcome.traded_quantity is None else f"{outcome.traded_quantity:f}",
        "gain_1d": gains[Horizon.DAY],
        "gain_7d": gains[Horizon.WEEK],
    }


def _gain(outcome: Outcome, horizon: Horizon) -> str | None:
    """What following it gained for each unit of the price that it said, both spreads paid."""
    later = outcome.prices.get(horizon)
    if later is None:
        return None
    move = later.bid - outcome.price if outcome.side is Side.BUY else outcome.price - later.ask
    return f"{(move / outcome.price).quantize(_GAIN, rounding=ROUND_HALF_EVEN):f}"


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
