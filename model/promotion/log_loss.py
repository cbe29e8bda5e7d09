"""The candidate's log loss beside the live model's on the same rows, in all and by segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model.evaluate import losses
from model.promotion.gate import GateName, judged, not_asked
from model.promotion.intervals import mean_by_users

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.promotion.evidence import Evidence
    from model.promotion.gate import Gate
    from model.promotion.limits import Limits

BASE_RATE = "the base rate"
_LEVEL = 0.95


def no_worse(
    evidence: Evidence, candidate: NDArray[np.float64], live: NDArray[np.float64] | None, limits: Limits
) -> Gate:
    """Whether the candidate is no worse than the live model: paired row by row, interval by users.

    Without a live model it has to beat the best constant of these very rows.

    Args:
        evidence: the rows.
        candidate: its probabilities, float64, shape (n, 3).
        live: those of the live model; None where there is none.
        limits: where the gate closes.
    """
    rival = BASE_RATE if live is None else "the live model"
    theirs = evidence.constant_losses() if live is None else losses(live, evidence.labels)
    ours = losses(candidate, evidence.labels)
    difference = mean_by_users(ours - theirs, evidence.weights, evidence.users)
    before = float(np.average(theirs, weights=evidence.weights))
    limit = limits.max_worse * before if live is not None else 0.0
    says = (
        f"log loss {before + difference.estimate:.5f}, of {rival} {before:.5f}: a difference of "
        f"{difference.estimate:+.5f} ({difference.low:+.5f} to {difference.high:+.5f}), at most {limit:+.5f} allowed"
    )
    return judged(
        GateName.WORSE_LOG_LOSS,
        difference.high <= limit,
        says,
        measured=difference.high,
        limit=limit,
        on=evidence.name,
    )


def no_worse_segment(
    evidence: Evidence,
    candidate: NDArray[np.float64],
    live: NDArray[np.float64] | None,
    limits: Limits,
) -> Gate:
    """Whether there is a segment that the candidate surely serves worse, by more than two good models differ.

    As many segments are looked at, the level is shared among them (Bonferroni), so that a model as good as the live one
    is refused by chance in one case of twenty at most.

    Args:
        evidence: the rows.
        candidate: its probabilities, float64, shape (n, 3).
        live: those of the live model; None where there is none.
        limits: where the gate closes.
    """
    large = {name: mask for name, mask in evidence.segments().items() if int(mask.sum()) >= limits.segment_rows}
    if live is None:
        return not_asked(GateName.WORSE_SEGMENT, "there is no live model to compare with", evidence.name)
    if not large:
        return not_asked(GateName.WORSE_SEGMENT, f"no segment has {limits.segment_rows:,} rows", evidence.name)
    level = 1.0 - (1.0 - _LEVEL) / len(large)
    theirs = losses(live, evidence.labels)
    by = losses(candidate, evidence.labels) - theirs
    found = {
        name: mean_by_users(by[mask], evidence.weights[mask], evidence.users[mask], level=level)
        for name, mask in large.items()
    }
    allowed = limits.max_worse_segment * float(np.average(theirs, weights=evidence.weights))
    worst = max(found, key=lambda name: found[name].low)
    at = found[worst]
    surely = [name for name, interval in found.items() if interval.low > allowed]
    says = (
        f"worse in {', '.join(surely)}: in {worst} by {at.estimate:+.5f} ({at.low:+.5f} to {at.high:+.5f}), "
        f"surely by at most {allowed:+.5f} allowed"
        if surely
        else f"surely worse in none of {', '.join(found)}; nearest to it in {worst} by {at.estimate:+.5f}"
    )
    return judged(GateName.WORSE_SEGMENT, not surely, says, measured=at.low, limit=allowed, on=evidence.name)
