"""What is asked of a candidate before it goes live: both models answer what was logged and what was held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from model.matrix import Part, take_rows
from model.promotion.anew import from_files, from_lines
from model.promotion.artefact import opened
from model.promotion.evidence import evidence_of
from model.promotion.gate import Gate, GateName, not_asked
from model.promotion.judging import judge
from model.promotion.limits import Limits
from model.promotion.parity import equal_features
from model.promotion.traffic import traffic_of
from model.training_set import build_training_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from divisa.domain.decision import DecisionRecord
    from local.promotion.logged import Log
    from model.training_files import TrainingFiles

LOGGED, HELD_OUT = "logged traffic", "held-out rows"
REMADE = 20_000
"""Logged questions that are made anew: a skew that none of so many shows is none."""


class Judged(NamedTuple):
    """What was found.

    Attributes:
        version: the candidate's; None where its artefact is too broken to say.
        live_version: the live model's; None without one that can be opened.
        gates: every gate's verdict.
    """

    version: str | None
    live_version: str | None
    gates: Sequence[Gate]


def judge_candidate(
    candidate: Path,
    live: Path | None,
    log: Log,
    files: TrainingFiles | None,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Judged:
    """Ask every gate about a candidate.

    Args:
        candidate: its artefact.
        live: the live model's; None where nothing is live.
        log: decisions of the live model, and what followed.
        files: what the models learn from, with the newest of it; None to go by the log alone.
        limits: where the gates close.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: the files are not of their contracts, or there is too little in them.
        ValueError: the log has a suggestion whose chance of being sent leaves no control group.
    """
    on_stage("Opening the artefacts")
    model = opened(candidate)
    if isinstance(model, Gate):
        return Judged(None, None, (model,))
    # A live model of other features cannot be asked what the candidate is asked; it is what has to be replaced then.
    found = opened(live) if live is not None else None
    rival = None if isinstance(found, Gate) else found
    evidence = []
    traffic = traffic_of(log.records, log.trades, log.until)
    evidence.append(evidence_of(LOGGED, traffic.matrix, traffic.questions, is_chosen=True))
    if files is not None:
        matrix = build_training_set(files, on_stage=on_stage)
        evidence.append(evidence_of(HELD_OUT, take_rows(matrix, matrix.part(Part.TEST))))
    gates = judge(
        model,
        rival,
        evidence,
        parity=_parity(log.records[:REMADE], files, limits, on_stage),
        limits=limits,
        on_stage=on_stage,
    )
    return Judged(model.version, None if rival is None else rival.version, gates)


def _parity(
    records: Sequence[DecisionRecord],
    files: TrainingFiles | None,
    limits: Limits,
    on_stage: Callable[[str], None],
) -> list[Gate]:
    """Logged questions made anew: of their own lines always, and of the files where there are some."""
    if not records:
        return [not_asked(GateName.OTHER_FEATURES, "no decision is logged that could be made anew")]
    on_stage(f"Making {len(records):,} logged questions anew")
    gates = [equal_features(*from_lines(records), limits, how="the summaries and markets of their lines")]
    if files is not None:
        made = from_files(records, files.prices, files.transactions)
        gates.append(equal_features(*made, limits, how="prices and transactions"))
    return gates
