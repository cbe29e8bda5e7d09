"""The rules in their order: may this person be told now? Each is a small pure function on the facts.

The order is that in which reasons are told: first what the person wants, then what they can, then what the price and
the model are worth, then how often, and last what is only a matter of the hour. Every rule is asked, whatever the ones
before it said, so that it can be looked up later what each of them thought.

That an episode is told of once is no rule here: its suggestion's id is made from it, and a table takes an id once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.domain.experiment import Arm
from divisa.domain.gate import market_is_open
from divisa.domain.policy.amount import funds
from divisa.domain.policy.facts import Facts
from divisa.domain.policy.model_age import learned_until
from divisa.domain.policy.rules import PolicyRules
from divisa.domain.policy.verdict import RuleOutcome, Verdict
from divisa.domain.quiet import quiet_until
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime

Check = Callable[[Facts, PolicyRules], Suppression | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: what outcomes and documents call it.
        check: why a person is not to be told; None when this rule has nothing against it.
    """

    name: str
    check: Check


def judge(facts: Facts, rules: PolicyRules) -> Verdict:
    """Ask every rule, in order."""
    return Verdict(tuple(RuleOutcome(rule.name, rule.check(facts, rules)) for rule in RULES), _quiet_end(facts))


def expected_gain(facts: Facts) -> float:
    """What acting at this price earns against the pair's 7-day average, after the spread, as a log return.

    SELL: ln(bid) - ewma_7d; BUY: ewma_7d - ln(ask). It takes for granted that prices come back to their average.
    """
    if facts.side is Side.SELL:
        return math.log(facts.quote.bid) - facts.market.ewma_7d
    return facts.market.ewma_7d - math.log(facts.quote.ask)


def _consent(facts: Facts, rules: PolicyRules) -> Suppression | None:
    recipient = facts.recipient
    return Suppression.NO_CONSENT if recipient is None or not recipient.consent else None


def _channel(facts: Facts, rules: PolicyRules) -> Suppression | None:
    recipient = facts.recipient
    return Suppression.NO_CONTACT if recipient is None or not recipient.reachable() else None


def _subscription(facts: Facts, rules: PolicyRules) -> Suppression | None:
    wanted = facts.recipient.pairs if facts.recipient is not None else None
    return Suppression.PAIR_NOT_WANTED if wanted is not None and facts.quote.pair not in wanted else None


def _funds(facts: Facts, rules: PolicyRules) -> Suppression | None:
    is_covered = 0 < facts.amount <= funds(facts.side, facts.portfolio, facts.quote)
    return None if is_covered else Suppression.NO_FUNDS


def _size(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return Suppression.TOO_SMALL if facts.amount < rules.min_amount else None


def _freshness(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return Suppression.STALE_QUOTE if facts.quote_age > rules.max_quote_age else None


def _market_hours(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return None if market_is_open(facts.at) else Suppression.MARKET_CLOSED


def _spread(facts: Facts, rules: PolicyRules) -> Suppression | None:
    quote = facts.quote
    return Suppression.WIDE_SPREAD if float((quote.ask - quote.bid) / quote.mid) > rules.max_spread else None


def _model_age(facts: Facts, rules: PolicyRules) -> Suppression | None:
    if rules.max_model_age is None:
        return None
    learned = learned_until(facts.model_version)
    is_known_to_be_young = learned is not None and facts.at - learned <= rules.max_model_age
    return None if is_known_to_be_young else Suppression.OLD_MODEL


def _training_range(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return None if facts.inside else Suppression.OUT_OF_RANGE


def _propensity(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return None if facts.propensity >= rules.min_propensity(facts.side) else Suppression.LOW_PROPENSITY


def _effect(facts: Facts, rules: PolicyRules) -> Suppression | None:
    if rules.min_effect is None or facts.effect is None:
        return None
    return Suppression.LOW_EFFECT if facts.effect < rules.min_effect else None


def _gain(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return Suppression.NO_GAIN if rules.min_gain is not None and expected_gain(facts) <= rules.min_gain else None


def _cooldown(facts: Facts, rules: PolicyRules) -> Suppression | None:
    last = facts.last_told
    too_soon = last is not None and facts.quote.event_time - last < rules.cooldown
    return Suppression.COOLDOWN if too_soon else None


def _weekly_cap(facts: Facts, rules: PolicyRules) -> Suppression | None:
    recipient = facts.recipient
    is_reached = recipient is not None and facts.told_this_week >= recipient.weekly_cap
    return Suppression.WEEKLY_CAP if is_reached else None


def _contradiction(facts: Facts, rules: PolicyRules) -> Suppression | None:
    if facts.accepted is None:
        return None
    side, at = facts.accepted
    is_against = side is not facts.side and facts.at - at < rules.contradiction
    return Suppression.CONTRADICTION if is_against else None


def _holdout(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return Suppression.HOLDOUT if facts.arm is Arm.HELD_OUT else None


def _quiet_hours(facts: Facts, rules: PolicyRules) -> Suppression | None:
    return None if _quiet_end(facts) is None else Suppression.QUIET_HOURS


def _quiet_end(facts: Facts) -> datetime | None:
    recipient = facts.recipient
    return None if recipient is None else quiet_until(recipient.quiet_hours, recipient.time_zone, facts.at)


RULES: Final = (
    Rule("consent", _consent),
    Rule("channel", _channel),
    Rule("subscription", _subscription),
    Rule("funds", _funds),
    Rule("size", _size),
    Rule("freshness", _freshness),
    Rule("market_hours", _market_hours),
    Rule("spread", _spread),
    Rule("model_age", _model_age),
    Rule("training_range", _training_range),
    Rule("propensity", _propensity),
    Rule("effect", _effect),
    Rule("gain", _gain),
    Rule("cooldown", _cooldown),
    Rule("weekly_cap", _weekly_cap),
    Rule("contradiction", _contradiction),
    Rule("holdout", _holdout),
    Rule("quiet_hours", _quiet_hours),
)
"""All rules. Quiet hours come last: they put off what everything else lets through."""
