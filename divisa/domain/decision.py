"""A decision as it is logged: what was known, what the model said, what each rule said, and what followed.

A record holds all that is needed to make the decision again: the model is asked the same question, and the rules are
asked about the same facts. What a rule may see and a log may not, contacts and balances, is logged as what the rules
make of it: which channels reach the person, and whether the funds cover the amount.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING

from divisa.domain.policy.amount import funds
from divisa.domain.policy.facts import Facts
from divisa.domain.portfolio import Portfolio
from divisa.domain.recipient import Recipient

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from decimal import Decimal

    from divisa.domain.bands import Band
    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.evaluation import Decision
    from divisa.domain.experiment import Arm
    from divisa.domain.market import MarketView
    from divisa.domain.pair import Pair
    from divisa.domain.policy import PolicyRules, RuleOutcome
    from divisa.domain.preferences import QuietHours
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Channel
    from divisa.domain.suggestion import Suppression
    from divisa.domain.transaction import Side


class Cause(StrEnum):
    """Why a person was evaluated."""

    BROKEN = "broken"  # the price left its band, or nobody had asked the model yet
    REFRESH = "refresh"  # it had grown old, or another model had decided about it
    REEVALUATED = "reevaluated"  # the user had traded
    RELEASE = "release"  # the quiet hours were over that held a suggestion back


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What the model answered about one user.

    Attributes:
        probabilities: of HOLD, BUY and SELL.
        decision: what it says.
        band, reach, quiet: log prices, as `Scores` has them.
    """

    probabilities: tuple[float, float, float]
    decision: Decision
    band: Band
    reach: Band
    quiet: Band


@dataclass(frozen=True, slots=True)
class LoggedRecipient:
    """What the rules may look at in a recipient, without contacts.

    Attributes:
        consent: channels that the person agreed to, sorted.
        reachable: channels that reach them, in the order of preference.
        pairs: which pairs they want to hear of, sorted; None for all.
        weekly_cap: messages a week at most.
        time_zone: IANA name of where quiet hours are counted.
        quiet_hours: when nothing is sent; None for never.
    """

    consent: tuple[Channel, ...]
    reachable: tuple[Channel, ...]
    pairs: tuple[Pair, ...] | None
    weekly_cap: int
    time_zone: str
    quiet_hours: QuietHours | None


@dataclass(frozen=True, slots=True)
class LoggedFacts:
    """What the rules were asked about, without contacts and balances; what else `Facts` has stands in the record.

    Attributes:
        quote_age, amount, inside, effect, last_told, told_this_week, accepted, arm: as in `Facts`.
        has_funds: whether the person's funds cover the amount.
        recipient: None when nobody knew how the person may be reached.
    """

    quote_age: timedelta
    amount: Decimal
    has_funds: bool
    recipient: LoggedRecipient | None
    inside: bool
    effect: float | None
    last_told: datetime | None
    told_this_week: int
    accepted: tuple[Side, datetime] | None
    arm: Arm


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the policy said of the one suggestion of a visit that begins.

    Attributes:
        facts: what it was asked about.
        rules: the knobs that were in force.
        outcomes: one a rule, in the order of the rules.
        suggestion_id: of the suggestion, let out or not.
        suppressed: why it was not let out; None when it was.
        held_until: until when it waits for the person's quiet hours to end, UTC; None when it does not.
    """

    facts: LoggedFacts
    rules: PolicyRules
    outcomes: tuple[RuleOutcome, ...]
    suggestion_id: str
    suppressed: Suppression | None
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """The held suggestion that was looked at again once quiet hours were over.

    Attributes:
        suggestion_id: of it.
        side: what it would have its user do.
        held_until: when the quiet hours were to end, UTC, as it stood before.
        dropped: why it is not told after all, being held out included; None when it was let out, or is held on.
    """

    suggestion_id: str
    side: Side
    held_until: datetime
    dropped: Suppression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One evaluation that moved a watch, or by which a held suggestion was looked at again.

    Attributes:
        decision_id: deterministic, from user, pair and generation; of a release from the suggestion and when its quiet
            hours were to end.
        cause: why the person was evaluated.
        user_id: whom it is about.
        generation: of the watch that the decision wrote; 0 for a release, which writes none.
        episode: which visit of the price it is, as that watch, or the suggestion, has it.
        at: the moment of decision, UTC: the quote's event time, and its age.
        quote: the price that was decided at.
        market: the market that the features were made from; its `as_of` says which state of the pair that was.
        summary: the user's behaviour that they were made from.
        question: what the model was asked, float64, in the order of QUESTION_NAMES.
        features: what that is in features at the price, float32 values, in the order of FEATURE_NAMES.
        answer: what the model answered.
        model_version: which model answered.
        judgement: what the policy said; None where no visit began, so that there was nothing to say, and where a held
            suggestion had come to nothing before the policy was asked.
        reconsidered: what was looked at again; None but for a release.
    """

    decision_id: str
    cause: Cause
    user_id: str
    generation: int
    episode: int
    at: datetime
    quote: Quote
    market: MarketView[float]
    summary: BehaviourSummary[float]
    question: tuple[float, ...]
    features: tuple[float, ...]
    answer: ModelAnswer
    model_version: str
    judgement: Judgement | None
    reconsidered: Reconsidered | None = None

    @property
    def suggestion_id(self) -> str | None:
        """The suggestion that was decided about; None where there was none."""
        if self.reconsidered is not None:
            return self.reconsidered.suggestion_id
        return None if self.judgement is None else self.judgement.suggestion_id


@dataclass(frozen=True, slots=True)
class _Known(Recipient):
    """A recipient of whom is known what the rules may look at, and no contact."""

    channels: tuple[Channel, ...] = ()

    def reachable(self) -> tuple[Channel, ...]:
        """The channels that the log has."""
        return self.channels


def decision_id_of(user_id: str, pair: Pair, generation: int) -> str:
    """The id of the decision that wrote a generation of a watch: 26 hexadecimal digits."""
    return hashlib.sha256(f"{user_id}|{pair}|{generation}".encode()).hexdigest()[:26]


def release_id_of(suggestion_id: str, held_until: datetime) -> str:
    """The id of the decision about a held suggestion whose quiet hours were to end then: 26 hexadecimal digits."""
    return hashlib.sha256(f"{suggestion_id}|{held_until.astimezone(UTC).isoformat()}".encode()).hexdigest()[:26]


def logged_facts(facts: Facts) -> LoggedFacts:
    """The facts without contacts and balances; the rules say the same of them."""
    recipient = facts.recipient
    return LoggedFacts(
        quote_age=facts.quote_age,
        amount=facts.amount,
        has_funds=facts.amount <= funds(facts.side, facts.portfolio, facts.quote),
        recipient=None
        if recipient is None
        else LoggedRecipient(
            consent=tuple(sorted(recipient.consent)),
            reachable=tuple(recipient.reachable()),
            pairs=None if recipient.pairs is None else tuple(sorted(recipient.pairs)),
            weekly_cap=recipient.weekly_cap,
            time_zone=recipient.time_zone,
            quiet_hours=recipient.quiet_hours,
        ),
        inside=facts.inside,
        effect=facts.effect,
        last_told=facts.last_told,
        told_this_week=facts.told_this_week,
        accepted=facts.accepted,
        arm=facts.arm,
    )


def facts_of(record: DecisionRecord, judgement: Judgement, side: Side) -> Facts:
    """Facts of which the rules say what they said when the decision was made, as far as the model says the same.

    Args:
        record: its quote, market, moment, model and probability are the facts'.
        judgement: has the others.
        side: what the model says.
    """
    logged, quote = judgement.facts, record.quote
    return Facts(
        side=side,
        quote=quote,
        quote_age=logged.quote_age,
        at=record.at,
        market=record.market,
        recipient=None if logged.recipient is None else _recipient(record.user_id, logged.recipient),
        portfolio=_portfolio(record.user_id, quote, logged.amount) if logged.has_funds else None,
        amount=logged.amount,
        propensity=record.answer.probabilities[record.answer.decision],
        model_version=record.model_version,
        inside=logged.inside,
        effect=logged.effect,
        last_told=logged.last_told,
        told_this_week=logged.told_this_week,
        accepted=logged.accepted,
        arm=logged.arm,
    )


def _recipient(user_id: str, logged: LoggedRecipient) -> Recipient:
    return _Known(
        user_id,
        consent=frozenset(logged.consent),
        time_zone=logged.time_zone,
        quiet_hours=logged.quiet_hours,
        weekly_cap=logged.weekly_cap,
        pairs=None if logged.pairs is None else frozenset(logged.pairs),
        channels=logged.reachable,
    )


def _portfolio(user_id: str, quote: Quote, amount: Decimal) -> Portfolio:
    """Somebody who has what the amount takes, and a unit more, lest a rounded quotient fall short of it."""
    return Portfolio(user_id, quote.pair, amount, (amount + 1) * quote.ask)
