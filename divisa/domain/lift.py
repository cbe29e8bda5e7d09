"""Lift: how many more people do what was suggested when they are told, and how sure that is.

The people who were told are compared with those who were held out at random. A user comes in many times and is like
themselves, so suggestions of one user are no independent draws.

The interval of the difference is Newcombe's ("Interval estimation for the difference between independent proportions",
Statistics in Medicine 17, 1998, method 10), made of two Wilson score intervals ("Probable inference, the law of
succession, and statistical inference", JASA 22, 1927), on effective sample sizes: suggestions over the design effect
(Rao and Scott, "A simple method for the analysis of clustered binary data", Biometrics 48, 1992). The design effect is
the variance of the difference between users (Liang and Zeger, "Longitudinal data analysis using generalized linear
models", Biometrika 73, 1986) over that of independent draws, and 1 at least. With one suggestion a user it is about 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from divisa.domain.experiment import Arm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from divisa.domain.reasons import ReasonCode
    from divisa.domain.recipient import Channel
    from divisa.domain.transaction import Side

MINIMUM: Final = 30
"""Users that each group needs before rates are compared. With fewer, the variance between users is a guess."""
_Z: Final = 1.959963984540054
"""The normal quantile of 0.975, for 95 %."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One suggestion of the experiment, told or held out.

    Attributes:
        user_id: whom it was for.
        arm: whether they were told.
        traded: whether they did what it said, within the window.
        side: what it said.
        channel: the first that it was to go to when it was made, in either arm; None when unknown.
        reason: the strongest; None when there was none.
    """

    user_id: str
    arm: Arm
    traded: bool
    side: Side
    channel: Channel | None
    reason: ReasonCode | None


@dataclass(frozen=True, slots=True)
class Group:
    """The suggestions of one arm."""

    suggestions: int
    users: int
    traded: int

    @property
    def rate(self) -> float:
        """Share of the suggestions that were followed, 0 to 1; NaN when there are none."""
        return self.traded / self.suggestions if self.suggestions else float("nan")


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % confidence interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lift:
    """What telling does.

    Attributes:
        treated, held_out: the two groups.
        difference: rate of the treated − rate of the held out, −1 to 1; None when a group has too few users.
        ratio: the one rate over the other; None as well when one of them is 0.
    """

    treated: Group
    held_out: Group
    difference: Interval | None
    ratio: Interval | None


@dataclass(frozen=True, slots=True)
class Segment:
    """The lift among suggestions that have something in common, for example by `side`, that it is `BUY`."""

    by: str
    value: str
    lift: Lift


@dataclass(frozen=True, slots=True)
class LiftReport:
    """The lift of all suggestions, and of segments: by channel, side and reason, the largest first of each."""

    overall: Lift
    segments: Sequence[Segment]


_SEGMENTS: Final[tuple[tuple[str, Callable[[Trial], str | None]], ...]] = (
    ("channel", lambda trial: trial.channel and trial.channel.value),
    ("side", lambda trial: trial.side.value),
    ("reason", lambda trial: trial.reason and trial.reason.value),
)


def report(trials: Iterable[Trial], minimum: int = MINIMUM) -> LiftReport:
    """The lift of all trials, and by channel, side and reason; in a segment are the trials of which it is known.

    Args:
        trials: in any order.
        minimum: users that each group needs to be compared, at least 2.
    """
    known = list(trials)
    numbers = {user: number for number, user in enumerate(dict.fromkeys(trial.user_id for trial in known))}
    users = np.array([numbers[trial.user_id] for trial in known], dtype=np.int64)
    treated = np.array([trial.arm is Arm.TREATED for trial in known], dtype=np.bool_)
    traded = np.array([trial.traded for trial in known], dtype=np.bool_)
    segments = []
    for by, value_of in _SEGMENTS:
        values = np.array([value_of(trial) or "" for trial in known], dtype=np.str_)
        sizes = {str(value): int(size) for value, size in zip(*np.unique(values, return_counts=True), strict=True)}
        for value in sorted(filter(None, sizes), key=lambda value: (-sizes[value], value)):
            within = values == value
            segments.append(Segment(by, value, lift(treated[within], traded[within], users[within], minimum)))
    return LiftReport(lift(treated, traded, users, minimum), segments)


def lift(
    treated: NDArray[np.bool_], traded: NDArray[np.bool_], users: NDArray[np.int64], minimum: int = MINIMUM
) -> Lift:
    """Compare those who were told with those who were held out.

    Args:
        treated: whether the user was told, shape (n,), one a suggestion.
        traded: whether the user did what it said.
        users: number of the user, 0 or more.
        minimum: users that each group needs to be compared, at least 2.
    """
    told, held = _group(treated, traded, users), _group(~treated, traded, users)
    if min(told.users, held.users) < max(minimum, 2):
        return Lift(told, held, None, None)
    effect = _design_effect(told, held, treated, traded, users)
    return Lift(told, held, _difference(told, held, effect), _ratio(told, held, effect))


def _group(within: NDArray[np.bool_], traded: NDArray[np.bool_], users: NDArray[np.int64]) -> Group:
    return Group(int(within.sum()), len(np.unique(users[within])), int(traded[within].sum()))


def _design_effect(
    told: Group, held: Group, treated: NDArray[np.bool_], traded: NDArray[np.bool_], users: NDArray[np.int64]
) -> float:
    """How many times as much the difference varies as that of independent draws."""
    independent = _variance(told) + _variance(held)
    if not independent:
        return 1.0
    # What each suggestion adds to the difference: its distance from its group's rate over the group's size.
    excess = np.where(treated, (traded - told.rate) / told.suggestions, (held.rate - traded) / held.suggestions)
    _, places = np.unique(users, return_inverse=True)
    sums = np.bincount(places, weights=excess)
    between = float((sums**2).sum()) * len(sums) / (len(sums) - 1)
    # An estimate under that of independent draws is chance more often than not, and would make too sure.
    return max(between / independent, 1.0)


def _variance(group: Group) -> float:
    return group.rate * (1 - group.rate) / group.suggestions


def _wilson(group: Group, effect: float) -> tuple[float, float]:
    n, rate = group.suggestions / effect, group.rate
    middle = (rate + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * math.sqrt(rate * (1 - rate) / n + (_Z / (2 * n)) ** 2)
    return middle - reach, middle + reach


def _difference(told: Group, held: Group, effect: float) -> Interval:
    (low_1, high_1), (low_0, high_0) = _wilson(told, effect), _wilson(held, effect)
    estimate = told.rate - held.rate
    low = estimate - math.hypot(told.rate - low_1, high_0 - held.rate)
    return Interval(estimate, low, estimate + math.hypot(high_1 - told.rate, held.rate - low_0))


def _ratio(told: Group, held: Group, effect: float) -> Interval | None:
    """By the delta method on the logarithm (Katz, Baptista, Azen and Pike, Biometrics 34, 1978)."""
    if not told.traded or not held.traded:
        return None
    estimate = told.rate / held.rate
    variance = effect * (_variance(told) / told.rate**2 + _variance(held) / held.rate**2)
    width = math.exp(_Z * math.sqrt(variance))
    return Interval(estimate, estimate / width, estimate * width)
