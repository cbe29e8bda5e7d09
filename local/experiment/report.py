"""What the seeds say together: each policy's figures as means over seeds, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import stats

from local.experiment.seed import FIXED_ALERT, ORACLE, POLICIES
from simulator.experiment.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CONFIDENCE: Final = 0.95
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over seeds with its 95 % interval; None where one seed tells no interval."""

    mean: float
    low: float | None
    high: float | None


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of independent seeds and its interval by Student's t.

    >>> estimate([1.0, 2.0, 3.0]).mean
    2.0
    """
    sample = np.asarray(values, dtype=np.float64)
    mean = float(sample.mean())
    if len(sample) == 1:
        return Estimate(mean, None, None)
    error = float(sample.std(ddof=1)) / len(sample) ** 0.5
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(sample) - 1)) * error
    return Estimate(mean, mean - reach, mean + reach)


def summary(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The results of `run_seed` as one document.

    Returns:
        `seeds`, `alerts` (each seed's fixed rate alert in words), `training` (means), and by policy in `policies`:
        `messages`, `conversions`, `opt_outs`, `left` (sums over seeds); `conversions_per_message` and `ci95`,
        `added_per_message`, `opt_outs_per_message`, `gain_net_of_spread` (log return of a conversion, a week later) and
        `share_of_oracle`, `times_alert` (ratios of conversions a message), `regret` (conversions a message that the
        oracle has more), `opt_outs_over_alert` (difference a message), all with `…_ci95`.
    """
    runs = [{name: Tally(**tally) for name, tally in result["tallies"].items()} for result in results]
    training = [result["training"] for result in results]
    return {
        "seeds": [result["seed"] for result in results],
        "alerts": [result["alert"] for result in results],
        "crosses": [result["cross"] for result in results],
        "training": {name: _round(float(np.mean([each[name] for each in training]))) for name in training[0]},
        "policies": {name: _policy(name, runs) for name in POLICIES},
    }


def _policy(name: str, runs: Sequence[Mapping[str, Tally]]) -> dict[str, Any]:
    own = [run[name] for run in runs]

    def over_seeds(value: Callable[[Mapping[str, Tally]], float]) -> Estimate:
        return estimate([value(run) for run in runs])

    rate = over_seeds(lambda run: _rate(run[name]))
    others = {
        "added_per_message": over_seeds(lambda run: run[name].added / max(run[name].messages, 1)),
        "share_of_oracle": over_seeds(lambda run: _rate(run[name]) / _rate(run[ORACLE])),
        "times_alert": over_seeds(lambda run: _rate(run[name]) / _rate(run[FIXED_ALERT])),
        "regret": over_seeds(lambda run: _rate(run[ORACLE]) - _rate(run[name])),
        "opt_outs_per_message": over_seeds(lambda run: _opt_outs(run[name])),
        "opt_outs_over_alert": over_seeds(lambda run: _opt_outs(run[name]) - _opt_outs(run[FIXED_ALERT])),
        "gain_net_of_spread": over_seeds(lambda run: run[name].gain / max(run[name].conversions, 1)),
    }
    return {
        "messages": sum(each.messages for each in own),
        "conversions": sum(each.conversions for each in own),
        "conversions_per_message": _round(rate.mean),
        "ci95": _interval(rate),
        "opt_outs": sum(each.opt_outs for each in own),
        "left": sum(each.left for each in own),
        **{key: _round(each.mean) for key, each in others.items()},
        **{f"{key}_ci95": _interval(each) for key, each in others.items()},
    }


def _rate(tally: Tally) -> float:
    return tally.conversions / max(tally.messages, 1)


def _opt_outs(tally: Tally) -> float:
    return tally.opt_outs / max(tally.messages, 1)


def _interval(found: Estimate) -> list[float] | None:
    return None if found.low is None or found.high is None else [_round(found.low), _round(found.high)]


def _round(value: float) -> float:
    return round(value, _DIGITS)


COLUMNS: Final = (
    "Messages",
    "Conversions a message",
    "Times the alert",
    "Share of the oracle",
    "Added a message",
    "Opt-outs a message",
    "Gain of a conversion",
)
"""Of the table, beside the policy's name."""


def table_of(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The policies of a `summary` as rows of text: the name and COLUMNS."""
    return [
        (
            name.replace("_", " "),
            f"{each['messages']:,}",
            _text(each["conversions_per_message"], each["ci95"], 100, " %"),
            _text(each["times_alert"], each["times_alert_ci95"], 1, ""),
            _text(each["share_of_oracle"], each["share_of_oracle_ci95"], 1, ""),
            _text(each["added_per_message"], each["added_per_message_ci95"], 100, " %"),
            _text(each["opt_outs_per_message"], each["opt_outs_per_message_ci95"], 100, " %"),
            _text(each["gain_net_of_spread"], each["gain_net_of_spread_ci95"], 100, " %"),
        )
        for name, each in document["policies"].items()
    ]


def _text(value: float, interval: Sequence[float] | None, scale: float, unit: str) -> str:
    text = f"{scale * value:.2f}{unit}"
    return text if interval is None else f"{text} ({scale * interval[0]:.2f} to {scale * interval[1]:.2f})"
