"""Policy: may this person be told now, and of which amount. Pure rules on what is known at the moment of decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from divisa.domain.pair import quantum
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.portfolio import Portfolio
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Recipient


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """The knobs of the policy.

    Attributes:
        cooldown: time that passes between two messages to one user about one pair.
        lifetime: how long a suggestion stays worth sending.
        max_quote_age: an older quote is no longer a price to act on.
        min_amount: smallest suggested amount, base currency.
        max_amount: largest suggested amount, base currency.
    """

    cooldown: timedelta = timedelta(hours=72)
    lifetime: timedelta = timedelta(minutes=30)
    max_quote_age: timedelta = timedelta(seconds=60)
    min_amount: Decimal = Decimal(10)
    max_amount: Decimal = Decimal(10_000)


def suggested_amount(
    side: Side, portfolio: Portfolio | None, usual_size: float, quote: Quote, rules: PolicyRules
) -> Decimal:
    """What to suggest, in base currency: the user's usual transaction, within the funds and the rules' limits.

    Args:
        side: BUY spends quote currency at the ask, SELL gives base currency.
        portfolio: what the user holds; None counts as nothing.
        usual_size: average base quantity of the user's transactions; NaN when there was none.
        quote: the price to act on.
        rules: limits of the amount.

    Returns:
        Rounded down to the minor unit, so that it is always covered; 0 when the funds do not reach the least amount.
    """
    if portfolio is None:
        return Decimal(0)
    funds = portfolio.quote_balance / quote.ask if side is Side.BUY else portfolio.base_balance
    usual = rules.min_amount if usual_size != usual_size else Decimal(repr(float(usual_size)))
    amount = min(max(usual, rules.min_amount), rules.max_amount, funds)
    amount = amount.quantize(quantum(quote.pair.base), rounding=ROUND_DOWN)
    return amount if amount >= rules.min_amount else Decimal(0)


def suppression(
    recipient: Recipient | None,
    amount: Decimal,
    last_suggested: datetime | None,
    quote_time: datetime,
    quote_age: timedelta,
    rules: PolicyRules,
) -> Suppression | None:
    """Why this person is not to be told now; None when they are.

    Args:
        recipient: how the user may be reached; None counts as no consent.
        amount: from `suggested_amount`.
        last_suggested: event time of the newest suggestion that was let out for this user and pair.
        quote_time: event time of the quote, UTC.
        quote_age: the quote's age at the moment of decision.
        rules: the knobs.
    """
    if recipient is None or not recipient.consent:
        return Suppression.NO_CONSENT
    if not recipient.reachable():
        return Suppression.NO_CONTACT
    if quote_age > rules.max_quote_age:
        return Suppression.STALE_QUOTE
    if last_suggested is not None and quote_time - last_suggested < rules.cooldown:
        return Suppression.COOLDOWN
    return Suppression.NO_FUNDS if amount <= 0 else None
