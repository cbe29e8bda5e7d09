"""How much to suggest: what the user usually trades, in a number that a person would say."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Final

from divisa.domain.pair import quantum
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from divisa.domain.policy.rules import PolicyRules
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.quote import Quote

SIGNIFICANT_DIGITS: Final = 2


def funds(side: Side, portfolio: Portfolio | None, quote: Quote) -> Decimal:
    """What a user could trade at most, base currency: a BUY spends quote currency at the ask, a SELL gives base."""
    if portfolio is None:
        return Decimal(0)
    return portfolio.quote_balance / quote.ask if side is Side.BUY else portfolio.base_balance


def suggested_amount(
    side: Side, portfolio: Portfolio | None, usual_size: float, quote: Quote, rules: PolicyRules
) -> Decimal:
    """What to suggest, in base currency: the usual transaction, within the rules' limits and the funds, rounded down.

    Args:
        side: BUY spends quote currency at the ask, SELL gives base currency.
        portfolio: what the user holds; None counts as nothing.
        usual_size: average base quantity of the user's transactions; NaN when there was none.
        quote: the price to act on.
        rules: limits of the amount.

    Returns:
        At most two significant digits, in whole minor units, so that it is read at a glance and always covered:
        1,234.56 becomes 1,200 and 87.65 becomes 87. Where that falls below the least amount and the funds reach it,
        the least amount. Less than that only when the funds are; 0 when there are none.
    """
    available, unit = funds(side, portfolio, quote), quantum(quote.pair.base)
    usual = rules.min_amount if usual_size != usual_size else Decimal(repr(float(usual_size)))
    wished = min(max(usual, rules.min_amount), rules.max_amount)
    least = rules.min_amount.quantize(unit, rounding=ROUND_UP)
    rounded = rounded_for_people(min(wished, available), unit)
    return least if rounded < least <= available else rounded


def rounded_for_people(amount: Decimal, unit: Decimal) -> Decimal:
    """An amount ≥ 0 rounded down to two significant digits, none of them smaller than the minor unit.

    >>> rounded_for_people(Decimal("1234.56"), Decimal("0.01")), rounded_for_people(Decimal("0.129"), Decimal("0.01"))
    (Decimal('1200.00'), Decimal('0.12'))
    """
    step = max(Decimal(1).scaleb(amount.adjusted() - SIGNIFICANT_DIGITS + 1), unit)
    return amount.quantize(step, rounding=ROUND_DOWN).quantize(unit)
