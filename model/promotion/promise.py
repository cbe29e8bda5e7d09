"""What a model's own metrics claim, beside what it holds: a model whose training saw the answers claims too much.

A feature that leaks the label makes a model look good on its own test rows, which have the leak in them too. Nothing
leaks into questions that were asked before anybody knew the answer, nor into features made anew by this code from what
was known then. There such a model holds little of its claim.

Skill is one less log loss over that of the best constant of the same rows: unlike log loss it can be compared between
rows of other base rates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from model.evaluate import losses
from model.promotion.gate import GateName, judged, not_asked
from model.promotion.intervals import Interval, mean_by_users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from model.promotion.evidence import Evidence
    from model.promotion.gate import Gate
    from model.promotion.limits import Limits


def claimed_skill(metadata: Mapping[str, Any]) -> float | None:
    """Skill on its own test rows, by an artefact's metadata; None where it claims none."""
    match metadata.get("metrics"):
        case {"log_loss": float(loss), "base_rate_log_loss": float(constant)} if constant > 0:
            return 1.0 - loss / constant
    return None


def held_skill(evidence: Evidence, p: NDArray[np.float64]) -> Interval:
    """Skill on these rows, and its 95 % interval by users, of probabilities of shape (n, 3)."""
    constant = evidence.constant_losses()
    scale = float(np.average(constant, weights=evidence.weights))
    better = (constant - losses(p, evidence.labels)) / scale if scale > 0 else np.zeros(len(evidence))
    return mean_by_users(better, evidence.weights, evidence.users)


def keeps_its_promise(
    evidence: Evidence,
    candidate: NDArray[np.float64],
    live: NDArray[np.float64] | None,
    claims: tuple[float | None, float | None],
    limits: Limits,
) -> Gate:
    """Whether the candidate holds the share of its claim that it must.

    On moments that the live model has chosen even honest claims hold only in part; the live model's own share on the
    same rows says how much, and half of that is asked for in place of half of all. It is taken for half at least.

    Args:
        evidence: the rows.
        candidate: its probabilities, float64, shape (n, 3).
        live: those of the live model; None where there is none.
        claims: skill that the candidate claims, and the live model; None for no claim.
        limits: where the gate closes.
    """
    claim, live_claim = claims
    if claim is None:
        return judged(GateName.LEAKED_FEATURES, False, "its metadata has no metrics to hold it to", on=evidence.name)
    held = held_skill(evidence, candidate)
    usual = 1.0
    if evidence.is_chosen and live is not None and live_claim is not None and live_claim > 0:
        usual = min(1.0, max(0.5, held_skill(evidence, live).estimate / live_claim))
    if claim <= 0:
        return not_asked(GateName.LEAKED_FEATURES, f"it claims a skill of {claim:.3f}: nothing to hold", evidence.name)
    kept, limit = held.high / claim, limits.min_kept * usual
    says = (
        f"it claims a skill of {claim:.3f} and holds {held.estimate:.3f} ({held.low:.3f} to {held.high:.3f}): "
        f"{max(kept, 0.0):.0%} of it at best, at least {limit:.0%} asked"
    )
    if kept < limit:
        says += "; its training has seen what nobody knew then"
    return judged(GateName.LEAKED_FEATURES, kept >= limit, says, measured=kept, limit=limit, on=evidence.name)
