"""Quotes between the fixings: a Brownian bridge in log price, made, seeded, and labelled as made.

From fixing to fixing the path is real at both ends and a random walk in between, tied to both. Its volatility is the
data's: the root mean square of the 21 fixing-to-fixing returns around, per open quarter of an hour. Time runs only
while the market is open. The path at a moment is the same whatever window and step are asked for: quarters of an hour
are bridged first, minutes inside them after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np

from divisa.domain.errors import InvalidSetting
from simulator.draws import Draws, Floats, Ints
from simulator.fixings import fixings
from simulator.session import is_open, midnight, weekly_sessions

SOURCE = "ecb-bridge"
"""The `source` of every quote made here."""
PIP = 1e-4
SPREAD_BASIS_POINTS = 1.5
"""Spread as a share of the price in liquid hours: about 25 pips at 17 pesos, 8 at 5.4 reais. Chosen, not sourced."""
QUIET_FACTOR = 2.0
"""The spread is wider by this factor while neither London nor New York works (21:00 to 07:00 UTC)."""
_QUARTER = 900
_AROUND = 10


@dataclass(frozen=True, slots=True)
class PricePath:
    """Quotes of one pair, oldest first.

    Attributes:
        pair: for example `USD/MXN`.
        times: seconds since 1970 UTC, increasing, int64.
        bid, ask: prices rounded to a pip, bid below ask, float64.
    """

    pair: str
    times: Ints
    bid: Floats
    ask: Floats

    @property
    def log_mid(self) -> Floats:
        """Natural logarithm of the middle between bid and ask."""
        return np.asarray(np.log((self.bid + self.ask) / 2))

    def first(self, count: int) -> PricePath:
        """The first so many quotes."""
        return PricePath(self.pair, self.times[:count], self.bid[:count], self.ask[:count])


def price_path(pair: str, start: date, end: date, *, step_minutes: int, seed: int) -> PricePath:
    """Quotes from the beginning of day `start` to the beginning of day `end` (UTC), while the market is open.

    Args:
        pair: for example `USD/MXN`.
        start: first day.
        end: the day after the last.
        step_minutes: distance of the quotes; a divisor of 15 or a multiple of it that divides a day.
        seed: of the made part of the path.

    Raises:
        UnknownPair: the central bank quotes no such pair.
        InvalidSetting: the step does not fit, or the days lie outside what the central bank has.
    """
    if step_minutes < 1 or (15 % step_minutes and (step_minutes % 15 or 1440 % step_minutes)):
        raise InvalidSetting("step_minutes", f"{step_minutes} neither divides 15 nor is a multiple of it in a day")
    known = fixings(pair)
    first, last = midnight(start), midnight(end)
    if not known.times[0] <= first < last <= known.times[-1]:
        raise InvalidSetting("start, end", f"{start} to {end} is not within the fixings of {pair}")
    draws = Draws(seed)
    slots, log_mid, sigma = _quarters(pair, seed)
    window = slice(*np.searchsorted(slots, [first, last]))
    if step_minutes < 15:
        times, x = _minutes(pair, draws, slots, log_mid, sigma, window, step_minutes)
    else:
        on_step = slots[window] % (step_minutes * 60) == 0
        times, x = slots[window][on_step], log_mid[window][on_step]
    return _with_spread(pair, times, np.exp(x), draws)


@lru_cache(maxsize=2)
def _quarters(pair: str, seed: int) -> tuple[Ints, Floats, Floats]:
    """Open quarters of an hour over the whole history: moment, log price, volatility of one quarter.

    Many windows are cut out of the same history; nobody may write into it.
    """
    known = fixings(pair)
    grid = np.arange(known.times[0], known.times[-1] + 1, _QUARTER, dtype=np.int64)
    sessions = weekly_sessions(_day(int(known.times[0])), _day(int(known.times[-1])))
    slots = grid[is_open(grid, sessions)]
    knots = np.searchsorted(slots, known.times)
    lengths = np.diff(knots)
    variance = np.diff(known.log_mid) ** 2 / lengths
    window = np.ones(2 * _AROUND + 1)
    near = np.convolve(variance, window, "same") / np.convolve(np.ones_like(variance), window, "same")

    interval = np.minimum(np.searchsorted(knots, np.arange(len(slots)), side="right") - 1, len(lengths) - 1)
    along = (np.arange(len(slots)) - knots[interval]) / lengths[interval]
    sigma = np.sqrt(near)[interval]
    walk = np.cumsum(Draws(seed).normal(f"quarter/{pair}", slots // _QUARTER))
    from_knot, over_interval = walk[knots[:-1]], np.diff(walk[knots])
    bridge = walk - from_knot[interval] - along * over_interval[interval]
    straight = known.log_mid[interval] + along * np.diff(known.log_mid)[interval]
    log_mid = straight + sigma * bridge
    for column in (slots, log_mid, sigma):
        column.setflags(write=False)
    return slots, log_mid, sigma


def _minutes(
    pair: str, draws: Draws, slots: Ints, log_mid: Floats, sigma: Floats, window: slice, step_minutes: int
) -> tuple[Ints, Floats]:
    """Steps shorter than a quarter, each quarter bridged to the next one; always by minutes, then thinned."""
    here = np.arange(window.start, window.stop)
    following = np.minimum(here + 1, len(slots) - 1)
    minute = np.arange(15, dtype=np.int64)
    times = slots[here][:, None] + 60 * minute
    walk = np.cumsum(draws.normal(f"minute/{pair}", times // 60), axis=1) / np.sqrt(15.0)
    along = minute / 15.0
    bridge = np.concatenate([np.zeros((len(here), 1)), walk[:, :-1] - walk[:, -1:] * along[1:]], axis=1)
    straight = log_mid[here][:, None] + along * (log_mid[following] - log_mid[here])[:, None]
    x = straight + sigma[here][:, None] * bridge
    return times[:, ::step_minutes].ravel(), x[:, ::step_minutes].ravel()


def _with_spread(pair: str, times: Ints, mid: Floats, draws: Draws) -> PricePath:
    hour = times // 3600 % 24
    quiet = np.where((hour >= 21) | (hour < 7), QUIET_FACTOR, 1.0)
    mood = np.exp(0.25 * draws.normal(f"spread/{pair}", times // 60))
    pips = np.maximum(np.rint(mid * SPREAD_BASIS_POINTS * 1e-4 * quiet * mood / PIP), 1.0)
    bid = np.rint(mid / PIP - pips / 2)
    return PricePath(pair, times, bid * PIP, (bid + pips) * PIP)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment, UTC).date()
