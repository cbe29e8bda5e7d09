"""A logged decision as one line of JSON, the same record always as the same bytes.

Keys come in one order; a float is the shortest text that gives it back to the last bit, and where it is no number
the text "NaN", "Infinity" or "-Infinity"; prices and amounts are decimal strings; times are ISO-8601 UTC to the
microsecond, spans of time ISO-8601 durations. `docs/decision-log.md` explains the fields.
"""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from divisa.adapters.wire.decision_document import (
    SCHEMA,
    AcceptedDocument,
    AnswerDocument,
    DecisionDocument,
    DecisionName,
    FactsDocument,
    JudgementDocument,
    MarketDocument,
    Number,
    OutcomeDocument,
    QuietHoursDocument,
    QuoteDocument,
    RecipientDocument,
    ReconsideredDocument,
    SummaryDocument,
    VersionDocument,
)
from divisa.domain.bands import Band
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.decision import DecisionRecord, Judgement, LoggedFacts, LoggedRecipient, ModelAnswer, Reconsidered
from divisa.domain.errors import InvalidInput, InvalidSetting, OtherVersion, UnknownPair
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_HASH, FEATURE_NAMES, QUESTION_NAMES
from divisa.domain.market import MarketView
from divisa.domain.pair import Pair
from divisa.domain.policy import KNOB_NAMES, RULES_HASH, PolicyRules, RuleOutcome
from divisa.domain.preferences import QuietHours
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from datetime import datetime

_DECODER = msgspec.json.Decoder(DecisionDocument)
_VERSION = msgspec.json.Decoder(VersionDocument)
_NAMES: Final[dict[Decision, DecisionName]] = {Decision.HOLD: "HOLD", Decision.BUY: "BUY", Decision.SELL: "SELL"}


def decision_to_json(record: DecisionRecord) -> bytes:
    """A record as UTF-8 JSON without line breaks; `decision_from_json` gives it back."""
    return msgspec.json.encode(_document(record))


def decision_from_json(line: bytes | str) -> DecisionRecord:
    """The record in a line.

    Raises:
        OtherVersion: the line is of another form, another list of features, or other rules or knobs.
        InvalidInput: the line is none.
    """
    try:
        _refuse_other(_VERSION.decode(line))
        return _record(_DECODER.decode(line))
    except (msgspec.MsgspecError, UnicodeError, RecursionError, UnknownPair, InvalidSetting) as error:
        raise InvalidInput(f"the line is not a decision: {error}") from error


def _refuse_other(version: VersionDocument) -> None:
    """Refuse lines of another version: what is not said cannot be told from a line that is none, and is not refused."""
    for what, logged, mine in (
        ("form", version.schema, SCHEMA),
        ("features", version.feature_hash, FEATURE_HASH),
        ("rules", version.rules_hash, RULES_HASH),
    ):
        if logged not in (None, mine):
            raise OtherVersion(f"the decision has the {what} {logged}, this code {mine}")


def _document(record: DecisionRecord) -> DecisionDocument:
    answer, judgement, again = record.answer, record.judgement, record.reconsidered
    hold, buy, sell = answer.probabilities
    return DecisionDocument(
        schema=2,
        decision_id=record.decision_id,
        cause=record.cause,
        user_id=record.user_id,
        generation=record.generation,
        episode=record.episode,
        at=record.at.astimezone(UTC),
        quote=_quote_document(record.quote),
        market=MarketDocument(**_numbers_of(record.market)),
        summary=SummaryDocument(**_numbers_of(record.summary)),
        question=list(map(_number, record.question)),
        feature_hash=FEATURE_HASH,
        rules_hash=RULES_HASH,
        features=dict(zip(FEATURE_NAMES, map(_number, record.features), strict=True)),
        answer=AnswerDocument(
            probabilities=(_number(hold), _number(buy), _number(sell)),
            decision=_NAMES[answer.decision],
            band=_edges(answer.band),
            reach=_edges(answer.reach),
            quiet=_edges(answer.quiet),
        ),
        model_version=record.model_version,
        judgement=None if judgement is None else _judgement_document(judgement),
        reconsidered=msgspec.UNSET if again is None else _reconsidered_document(again),
    )


def _record(document: DecisionDocument) -> DecisionRecord:
    if tuple(document.features) != FEATURE_NAMES:
        raise InvalidInput("the decision's features are not those of its hash")
    if len(document.question) != len(QUESTION_NAMES):
        raise InvalidInput(f"the decision's question has {len(document.question)} columns, not {len(QUESTION_NAMES)}")
    answer, judgement, quote = document.answer, document.judgement, document.quote
    again = document.reconsidered
    hold, buy, sell = answer.probabilities
    return DecisionRecord(
        decision_id=document.decision_id,
        cause=document.cause,
        user_id=document.user_id,
        generation=document.generation,
        episode=document.episode,
        at=document.at.astimezone(UTC),
        quote=Quote(
            pair=Pair.parse(quote.pair),
            bid=Decimal(quote.bid),
            ask=Decimal(quote.ask),
            event_time=quote.event_time.astimezone(UTC),
            sequence=quote.sequence,
            source=quote.source,
        ),
        market=MarketView(**_floats_of(document.market)),
        summary=BehaviourSummary(**_floats_of(document.summary)),
        question=tuple(map(float, document.question)),
        features=tuple(map(float, document.features.values())),
        answer=ModelAnswer(
            probabilities=(float(hold), float(buy), float(sell)),
            decision=Decision[answer.decision],
            band=_band(answer.band),
            reach=_band(answer.reach),
            quiet=_band(answer.quiet),
        ),
        model_version=document.model_version,
        judgement=None if judgement is None else _judgement(judgement),
        reconsidered=None if again is msgspec.UNSET else _reconsidered(again),
    )


def _reconsidered_document(again: Reconsidered) -> ReconsideredDocument:
    return ReconsideredDocument(
        suggestion_id=again.suggestion_id,
        side=again.side,
        held_until=again.held_until.astimezone(UTC),
        dropped=again.dropped,
    )


def _reconsidered(document: ReconsideredDocument) -> Reconsidered:
    held_until = document.held_until.astimezone(UTC)
    return Reconsidered(document.suggestion_id, document.side, held_until, document.dropped)


def _judgement_document(judgement: Judgement) -> JudgementDocument:
    return JudgementDocument(
        facts=_facts_document(judgement.facts),
        rules=msgspec.to_builtins(judgement.rules),
        outcomes=[OutcomeDocument(rule=outcome.rule, reason=outcome.reason) for outcome in judgement.outcomes],
        suggestion_id=judgement.suggestion_id,
        suppressed=judgement.suppressed,
        held_until=_utc(judgement.held_until),
    )


def _judgement(document: JudgementDocument) -> Judgement:
    return Judgement(
        facts=_facts(document.facts),
        rules=_rules(document.rules),
        outcomes=tuple(RuleOutcome(outcome.rule, outcome.reason) for outcome in document.outcomes),
        suggestion_id=document.suggestion_id,
        suppressed=document.suppressed,
        held_until=_utc(document.held_until),
    )


def _rules(knobs: dict[str, Any]) -> PolicyRules:
    """The knobs: all of them have to be there, since a default of today was perhaps none then."""
    if tuple(knobs) != KNOB_NAMES:
        raise OtherVersion(f"the decision has the knobs {', '.join(knobs)}, this code {', '.join(KNOB_NAMES)}")
    return msgspec.convert(knobs, PolicyRules)


def _facts_document(facts: LoggedFacts) -> FactsDocument:
    recipient, accepted = facts.recipient, facts.accepted
    quiet = None if recipient is None else recipient.quiet_hours
    return FactsDocument(
        quote_age=facts.quote_age,
        amount=f"{facts.amount:f}",
        has_funds=facts.has_funds,
        recipient=None
        if recipient is None
        else RecipientDocument(
            consent=list(recipient.consent),
            reachable=list(recipient.reachable),
            pairs=None if recipient.pairs is None else list(map(str, recipient.pairs)),
            weekly_cap=recipient.weekly_cap,
            time_zone=recipient.time_zone,
            quiet_hours=None if quiet is None else QuietHoursDocument(start=quiet.start, end=quiet.end),
        ),
        inside=facts.inside,
        effect=facts.effect,
        last_told=_utc(facts.last_told),
        told_this_week=facts.told_this_week,
        accepted=None if accepted is None else AcceptedDocument(side=accepted[0], at=accepted[1].astimezone(UTC)),
        arm=facts.arm,
    )


def _facts(document: FactsDocument) -> LoggedFacts:
    recipient, accepted = document.recipient, document.accepted
    quiet = None if recipient is None else recipient.quiet_hours
    return LoggedFacts(
        quote_age=document.quote_age,
        amount=Decimal(document.amount),
        has_funds=document.has_funds,
        recipient=None
        if recipient is None
        else LoggedRecipient(
            consent=tuple(recipient.consent),
            reachable=tuple(recipient.reachable),
            pairs=None if recipient.pairs is None else tuple(map(Pair.parse, recipient.pairs)),
            weekly_cap=recipient.weekly_cap,
            time_zone=recipient.time_zone,
            quiet_hours=None if quiet is None else QuietHours(quiet.start, quiet.end),
        ),
        inside=document.inside,
        effect=document.effect,
        last_told=_utc(document.last_told),
        told_this_week=document.told_this_week,
        accepted=None if accepted is None else (accepted.side, accepted.at.astimezone(UTC)),
        arm=document.arm,
    )


def _quote_document(quote: Quote) -> QuoteDocument:
    return QuoteDocument(
        pair=str(quote.pair),
        bid=f"{quote.bid:f}",
        ask=f"{quote.ask:f}",
        event_time=quote.event_time.astimezone(UTC),
        sequence=quote.sequence,
        source=quote.source,
    )


def _number(value: float) -> Number:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _numbers_of(columns: Any) -> dict[str, Number]:
    return {each.name: _number(getattr(columns, each.name)) for each in fields(columns)}


def _floats_of(document: msgspec.Struct) -> dict[str, float]:
    return {name: float(value) for name, value in msgspec.structs.asdict(document).items()}


def _edges(band: Band) -> tuple[Number, Number]:
    return _number(band.lower), _number(band.upper)


def _band(edges: tuple[Number, Number]) -> Band:
    return Band(float(edges[0]), float(edges[1]))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
