"""A line of the decision log as a row of `fx_decisions`.

The log's own reader takes lines of its own features and rules alone, since it is there to decide again. Here only that
is read which means the same whatever those were, so that no deployment makes what was logged before it unreadable.
"""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from collections.abc import Mapping

import msgspec

from divisa.adapters.wire.decision_document import SCHEMA, DecisionName, Moment, Number
from divisa.domain.decision import Cause
from divisa.domain.suggestion import Suppression
from lake.ingestion.records import FileReason
from lake.ingestion.rows import NoRow


class _Quote(msgspec.Struct, frozen=True):
    pair: str
    event_time: Moment


class _Answer(msgspec.Struct, frozen=True):
    probabilities: tuple[Number, Number, Number]
    decision: DecisionName


class _Judgement(msgspec.Struct, frozen=True):
    suppressed: Suppression | None


class _Line(msgspec.Struct, frozen=True):
    schema: int
    decision_id: str
    user_id: str
    cause: Cause
    quote: _Quote
    answer: _Answer
    judgement: _Judgement | None
    model_version: str


_DECODER = msgspec.json.Decoder(_Line)


def decision_columns(line: bytes) -> Mapping[str, str | None]:
    """The columns of a logged decision.

    Raises:
        NoRow: the line is none, or of another form.
    """
    try:
        read = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise NoRow(FileReason.NO_RECORD, "is no decision of the log") from error
    if read.schema != SCHEMA:
        raise NoRow(FileReason.NO_RECORD, f"is a decision of another form than {SCHEMA}")
    _, buy, sell = read.answer.probabilities
    suppressed = None if read.judgement is None else read.judgement.suppressed
    return {
        "decision_id": read.decision_id,
        "user_id": read.user_id,
        "pair": read.quote.pair,
        "event_time": read.quote.event_time.isoformat(),
        "cause": read.cause,
        "decision": read.answer.decision,
        "probability_buy": str(buy),
        "probability_sell": str(sell),
        "suppressed": None if suppressed is None else suppressed.value,
        "model_version": read.model_version,
    }
