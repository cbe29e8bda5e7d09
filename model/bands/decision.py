"""What raw scores decide, in logarithms of probability over threshold, and whether a range of scores can change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from .compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"


class Rule(NamedTuple):
    """How decisions are made of raw scores.

    Attributes:
        temperature: raw scores are divided by it before the softmax.
        log_buy, log_sell: logarithms of the thresholds.
        near: what a margin can be off; one that is smaller decides nothing here.
        below_buy, below_sell: probabilities below which a margin is surely negative.
        above_buy, above_sell: probabilities above which it is surely positive.
    """

    temperature: float
    log_buy: float
    log_sell: float
    near: float
    below_buy: float
    below_sell: float
    above_buy: float
    above_sell: float


@compiled()
def rule_of(temperature: Any, log_thresholds: Array, near: Any) -> Any:
    """The rule of a temperature and the logarithms of both thresholds."""
    buy, sell = log_thresholds[0], log_thresholds[1]
    return Rule(
        temperature, buy, sell, near, np.exp(buy - near), np.exp(sell - near), np.exp(buy + near), np.exp(sell + near)
    )


@compiled()
def margins(hold: Any, buy: Any, sell: Any, rule: Rule) -> Any:
    """Logarithms of probability over threshold of BUY and SELL, given raw scores."""
    a, b, c = hold / rule.temperature, buy / rule.temperature, sell / rule.temperature
    top = max(a, max(b, c))
    every = top + np.log(np.exp(a - top) + np.exp(b - top) + np.exp(c - top))
    return b - every - rule.log_buy, c - every - rule.log_sell


@compiled()
def says(buy: Any, sell: Any) -> Any:
    """The decision that margins make."""
    if max(buy, sell) < 0.0:
        return 0
    return 1 if buy >= sell else 2


@compiled()
def room(buy: Any, sell: Any) -> Any:
    """How far margins are from another decision, at least."""
    most = max(buy, sell)
    return -most if most < 0.0 else min(most, abs(buy - sell))


@compiled()
def surely_stays(decision: Any, low: Array, high: Array, raw: Array, slack: Any) -> Any:
    """The same as `stays`, cheap and often False for nothing.

    A log probability rises by no more than its own raw score does over the one that falls most. `slack` is what the
    margins of BUY and SELL and the difference of the two have left at `raw`.
    """
    if decision == 0:
        buy, sell = high[1] - raw[1], high[2] - raw[2]
        hold = low[0] - raw[0]
        return (
            buy - min(buy, min(hold, low[2] - raw[2])) < slack[0]
            and sell - min(sell, min(hold, low[1] - raw[1])) < slack[1]
        )
    side, other = (1, 2) if decision == 1 else (2, 1)
    mine, theirs = low[side] - raw[side], high[other] - raw[other]
    return max(mine, max(theirs, high[0] - raw[0])) - mine < slack[side - 1] and theirs - mine < slack[2]


@compiled()
def over(one: Any, two: Any, three: Any, temperature: Any, share: Any) -> Any:
    """How much the probability of the first of three raw scores is over a share, times something positive."""
    top = max(one, max(two, three))
    mine = np.exp((one - top) / temperature)
    return mine - share * (mine + np.exp((two - top) / temperature) + np.exp((three - top) / temperature))


@compiled()
def stays(decision: Any, low: Array, high: Array, rule: Rule) -> Any:
    """Whether a decision surely holds for all raw scores from `low` to `high`."""
    t = rule.temperature
    if decision == 0:
        return (
            over(high[1], low[0], low[2], t, rule.below_buy) < 0.0
            and over(high[2], low[0], low[1], t, rule.below_sell) < 0.0
        )
    ahead = (low[1] - high[2]) / t - (rule.log_buy - rule.log_sell)
    if decision == 1:
        return ahead > rule.near and over(low[1], high[0], high[2], t, rule.above_buy) > 0.0
    ahead = (low[2] - high[1]) / t - (rule.log_sell - rule.log_buy)
    return ahead > rule.near and over(low[2], high[0], high[1], t, rule.above_sell) > 0.0
