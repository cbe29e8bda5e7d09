"""The parts of a logged decision as they are spelled in its line; `docs/decision-log.md` explains them."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec

from divisa.domain.decision import Cause
from divisa.domain.experiment import Arm
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side

SCHEMA: Final = 2
"""The version of the form that this code writes and reads; to grow by one with every change of the parts below."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Number = float | Literal["NaN", "Infinity", "-Infinity"]
Amount = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]+(\.[0-9]+)?\Z", max_length=64)]
DecisionName = Literal["HOLD", "BUY", "SELL"]
Edges = tuple[Number, Number]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a line have in common: nothing is left out, nothing is passed over."""


class QuoteDocument(_Part, frozen=True, kw_only=True):
    """The price that was decided at."""

    pair: str
    bid: Amount
    ask: Amount
    event_time: Moment
    sequence: int
    source: str


class MarketDocument(_Part, frozen=True, kw_only=True):
    """`MarketView`."""

    as_of: Number
    log_mid: Number
    ewma_1h: Number
    ewma_1d: Number
    ewma_7d: Number
    ewma_30d: Number
    sigma: Number
    low: Number
    high: Number


class SummaryDocument(_Part, frozen=True, kw_only=True):
    """`BehaviourSummary`."""

    buys: Number
    sells: Number
    last_at: Number
    mean_gap: Number
    last_buy: Number
    last_sell: Number
    usual_buy: Number
    buy_level: Number
    sell_level: Number
    buy_z: Number
    sell_z: Number
    size: Number
    recent_buys: Number
    recent_sells: Number
    position: Number
    cost: Number
    gains: Number
    losses: Number
    phase_cos: Number
    phase_sin: Number


class AnswerDocument(_Part, frozen=True, kw_only=True):
    """`ModelAnswer`; edges are [lower, upper], log prices."""

    probabilities: tuple[Number, Number, Number]
    decision: DecisionName
    band: Edges
    reach: Edges
    quiet: Edges


class AcceptedDocument(_Part, frozen=True, kw_only=True):
    """The newest suggestion that the person accepted."""

    side: Side
    at: Moment


class QuietHoursDocument(_Part, frozen=True, kw_only=True):
    """`QuietHours`."""

    start: time
    end: time


class RecipientDocument(_Part, frozen=True, kw_only=True):
    """`LoggedRecipient`."""

    consent: list[Channel]
    reachable: list[Channel]
    pairs: list[str] | None
    weekly_cap: int
    time_zone: str
    quiet_hours: QuietHoursDocument | None


class FactsDocument(_Part, frozen=True, kw_only=True):
    """`LoggedFacts`."""

    quote_age: timedelta
    amount: Amount
    has_funds: bool
    recipient: RecipientDocument | None
    inside: bool
    effect: float | None
    last_told: Moment | None
    told_this_week: int
    accepted: AcceptedDocument | None
    arm: Arm


class OutcomeDocument(_Part, frozen=True, kw_only=True):
    """`RuleOutcome`."""

    rule: str
    reason: Suppression | None


class JudgementDocument(_Part, frozen=True, kw_only=True):
    """`Judgement`; `rules` are the knobs of `PolicyRules` by name, all of them and no other."""

    facts: FactsDocument
    rules: dict[str, Any]
    outcomes: list[OutcomeDocument]
    suggestion_id: str
    suppressed: Suppression | None
    held_until: Moment | None


class ReconsideredDocument(_Part, frozen=True, kw_only=True):
    """`Reconsidered`."""

    suggestion_id: str
    side: Side
    held_until: Moment
    dropped: Suppression | None


class VersionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a line of any version says of its version, whatever else is in it."""

    schema: int
    feature_hash: str | None = None
    rules_hash: str | None = None


class DecisionDocument(_Part, frozen=True, kw_only=True):
    """One line: `DecisionRecord`, and the versions of its form, of the features' list and of the rules' table.

    What was reconsidered stands in the line of a release alone.
    """

    schema: Literal[2]
    decision_id: str
    cause: Cause
    user_id: str
    generation: int
    episode: int
    at: Moment
    quote: QuoteDocument
    market: MarketDocument
    summary: SummaryDocument
    question: list[Number]
    feature_hash: str
    rules_hash: str
    features: dict[str, Number]
    answer: AnswerDocument
    model_version: str
    judgement: JudgementDocument | None
    reconsidered: ReconsideredDocument | msgspec.UnsetType = msgspec.UNSET
