"""A suggestion, as it is announced and as its table's stream carries it on, as a row of `fx_suggestions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.wire import suggestion_from_json
from divisa.domain.errors import InvalidInput
from divisa.domain.experiment import Arm
from divisa.domain.outcome import arm_in
from lake.ingestion.records import FileReason
from lake.ingestion.rows import NoRow

if TYPE_CHECKING:
    from collections.abc import Mapping


def suggestion_columns(line: bytes) -> Mapping[str, str | None]:
    """The columns of a suggestion; whether it was opened or answered is part of its outcome.

    Raises:
        NoRow: the line is none, or one that the policy objected to, or that quiet hours hold.
    """
    try:
        suggestion = suggestion_from_json(line)
    except InvalidInput as refusal:
        raise NoRow(FileReason.NO_RECORD, "is no suggestion") from refusal
    arm = arm_in(suggestion)
    if arm is None:
        raise NoRow(FileReason.NO_RECORD, "is a suggestion that was left out, or is held")
    return {
        "suggestion_id": suggestion.suggestion_id,
        "user_id": suggestion.user_id,
        "pair": str(suggestion.pair),
        "event_time": suggestion.created_at.isoformat(),
        "side": suggestion.side.value,
        "amount": f"{suggestion.amount:f}",
        "price": f"{suggestion.price:f}",
        "told": str(arm is Arm.TREATED).lower(),
        "propensity": str(suggestion.propensity),
        "model_version": suggestion.model_version,
        "channel": None if suggestion.intended is None else suggestion.intended.value,
    }
