"""What a simulated user sees in the market at each quote: distances from recent averages, and the recent range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.session import SECONDS_A_DAY

if TYPE_CHECKING:
    from simulator.draws import Floats, Ints
    from simulator.prices import PricePath

RANGE_DAYS = 30
"""Calendar days (UTC) whose highs and lows make the recent range, today included."""
_VOLATILITY_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Signals:
    """One value a quote, float64; distances in standard deviations of a day's log return.

    Attributes:
        week: distance of the log mid from its average of 7 days' half-life.
        month: distance of the log mid from its average of 30 days' half-life.
        place: place in the 30-day range, 0 at the low, 1 at the high.
    """

    week: Floats
    month: Floats
    place: Floats


def signals(path: PricePath) -> Signals:
    """The signals of every quote of a path; each uses that quote and earlier ones only."""
    x, gaps = path.log_mid, np.diff(path.times, prepend=path.times[:1]) / SECONDS_A_DAY
    week = _average(x, np.exp2(-gaps / 7))
    month = _average(x, np.exp2(-gaps / 30))
    keep = np.exp2(-gaps / 30)
    squares = _decayed_sum(np.diff(x, prepend=x[:1]) ** 2, keep)
    elapsed = _decayed_sum(gaps, keep)
    sigma = np.maximum(np.sqrt(squares / np.maximum(elapsed, _VOLATILITY_FLOOR)), _VOLATILITY_FLOOR)
    low, high = -_running_high(-x, path.times), _running_high(x, path.times)
    place = (x - low) / np.where(high > low, high - low, 1.0)
    return Signals((x - week) / sigma, (x - month) / sigma, np.where(high > low, place, 0.5))


def _average(x: Floats, keep: Floats) -> Floats:
    mean, out = float(x[0]), []
    for value, weight in zip(x.tolist(), keep.tolist(), strict=True):
        mean = value + (mean - value) * weight
        out.append(mean)
    return np.array(out)


def _decayed_sum(values: Floats, keep: Floats) -> Floats:
    total, out = 0.0, []
    for value, weight in zip(values.tolist(), keep.tolist(), strict=True):
        total = total * weight + value
        out.append(total)
    return np.array(out)


def _running_high(x: Floats, times: Ints) -> Floats:
    """The highest value of today so far and of the 29 calendar days before."""
    days = times // SECONDS_A_DAY
    starts = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    day_high = np.full(int(days[-1] - days[0]) + RANGE_DAYS, -np.inf)
    day_high[days[starts] - days[0] + RANGE_DAYS - 1] = np.maximum.reduceat(x, starts)
    before = np.lib.stride_tricks.sliding_window_view(day_high, RANGE_DAYS)[:, :-1].max(axis=1)
    today = np.concatenate([np.maximum.accumulate(part) for part in np.split(x, starts[1:])])
    return np.asarray(np.maximum(today, before[days - days[0]]))
