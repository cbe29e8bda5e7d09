"""All gates, asked about one candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model.promotion.artefact import wholeness
from model.promotion.calibration import calibrated
from model.promotion.drift import undrifted
from model.promotion.gate import GateName, judged, not_asked
from model.promotion.latency import measured_ms, quick_enough
from model.promotion.log_loss import no_worse, no_worse_segment
from model.promotion.promise import claimed_skill, keeps_its_promise
from model.promotion.reference import equal_bands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from model.promotion.artefact import OpenedModel
    from model.promotion.evidence import Evidence
    from model.promotion.gate import Gate
    from model.promotion.limits import Limits


def judge(
    candidate: OpenedModel,
    live: OpenedModel | None,
    evidence: Sequence[Evidence],
    *,
    parity: Sequence[Gate],
    limits: Limits,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> tuple[Gate, ...]:
    """Every gate's verdict; one that refuses does not keep the others from being asked.

    Args:
        candidate: who wants to go live.
        live: who is; None where nobody is, and then the candidate has to beat the base rate.
        evidence: rows that neither has learned from, from one source or two.
        parity: what was found of the features of logged questions.
        limits: where the gates close.
        on_stage: told in words what begins.
    """
    gates = [*wholeness(candidate), *parity]
    enough = [each for each in evidence if _is_enough(each, limits)]
    gates += [_sufficiency(each, limits, decides=not enough) for each in evidence]
    if not evidence:
        gates.append(judged(GateName.TOO_LITTLE_EVIDENCE, False, "there is nothing to judge it by"))
    asked = [each.questions for each in evidence if len(each)]
    if asked:
        questions = np.concatenate(asked)
        on_stage("Comparing decision bands with scikit-learn's own predictions")
        gates.append(equal_bands(candidate, questions, limits))
        on_stage("Timing the serving code")
        took = measured_ms(candidate.served, questions, limits.latency_rows, limits.latency_batches)
        gates.append(quick_enough(took, limits))
    for each in enough:
        on_stage(f"Asking both models about {len(each):,} rows of {each.name}")
        gates += _on(each, candidate, live, limits)
    gates += _drift(candidate, enough, limits)
    return tuple(gates)


def _on(evidence: Evidence, candidate: OpenedModel, live: OpenedModel | None, limits: Limits) -> Iterator[Gate]:
    ours = candidate.probabilities(evidence.questions)
    theirs = None if live is None else live.probabilities(evidence.questions)
    claims = claimed_skill(candidate.metadata), None if live is None else claimed_skill(live.metadata)
    yield no_worse(evidence, ours, theirs, limits)
    yield no_worse_segment(evidence, ours, theirs, limits)
    yield calibrated(evidence, ours, theirs, limits)
    yield keeps_its_promise(evidence, ours, theirs, claims, limits)


def _is_enough(evidence: Evidence, limits: Limits) -> bool:
    return len(evidence) >= limits.min_rows and evidence.people >= limits.min_users


def _sufficiency(evidence: Evidence, limits: Limits, *, decides: bool) -> Gate:
    """Whether there are rows enough; too few refuse only where nothing else is left to judge by."""
    says = (
        f"{len(evidence):,} rows of {evidence.people:,} users; "
        f"at least {limits.min_rows:,} of {limits.min_users:,} are needed"
    )
    name, rows = GateName.TOO_LITTLE_EVIDENCE, len(evidence)
    if _is_enough(evidence, limits):
        return judged(name, True, says, measured=rows, limit=limits.min_rows, on=evidence.name)
    if decides:
        return judged(name, False, says, measured=rows, limit=limits.min_rows, on=evidence.name)
    return not_asked(name, f"{says}: not judged by these", evidence.name)


def _drift(candidate: OpenedModel, evidence: Sequence[Evidence], limits: Limits) -> Iterator[Gate]:
    """Only at moments like those of training: those of a log are chosen, and differ for that alone."""
    like = [each for each in evidence if not each.is_chosen]
    reference = candidate.metadata.get("drift_reference")
    if reference is None:
        yield not_asked(GateName.DRIFT, "its metadata does not say what the rows of training were like")
    elif not like:
        yield not_asked(GateName.DRIFT, "no rows at moments like those of training; the files would have some")
    else:
        for each in like:
            yield undrifted(each, candidate.probabilities(each.questions), reference, limits)
