"""Logged decisions as rows whose outcome is known: what the live model was asked, and what the users did."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, QUESTION_NAMES
from divisa.domain.suggestion import Suppression
from model.matrix import NO_GROUP, Part, Source, TrainingMatrix
from model.rows import HORIZON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from divisa.domain.decision import DecisionRecord
    from divisa.domain.transaction import Side

UserAndPair = tuple[str, str]
Trades = dict[UserAndPair, list[tuple[float, "Side"]]]

NOT_OVER = "horizon_not_over"
"""Why a decision is no row yet: what its user is going to do is not known."""


class Traffic(NamedTuple):
    """What the log has.

    Attributes:
        matrix: a row a decision whose horizon is over, in the order of time; all are TEST, since no model that answered
            them can have learned from what came after.
        questions: what was asked, float64, shape (n, len(QUESTION_NAMES)).
        dropped: decisions that are no rows, by reason.
    """

    matrix: TrainingMatrix
    questions: NDArray[np.float64]
    dropped: Counter[str]


class _Told(NamedTuple):
    """A suggestion: when, which side, whether it went out, and how likely that was."""

    at: float
    suggested: Decision
    told: bool
    propensity: float


def trades_of(entries: Iterable[tuple[str, str, datetime, Side]]) -> Trades:
    """Moments, seconds since 1970 UTC, and sides of the transactions of each user and pair, in order of time."""
    found: Trades = defaultdict(list)
    for user_id, pair, at, side in entries:
        found[user_id, pair].append((at.timestamp(), side))
    for each in found.values():
        each.sort(key=lambda trade: trade[0])
    return dict(found)


def traffic_of(
    records: Sequence[DecisionRecord], trades: Mapping[UserAndPair, Sequence[tuple[float, Side]]], until: datetime
) -> Traffic:
    """The rows of a log.

    A label is the side of the user's first transaction of the pair from the decision on and within the horizon, of
    those that the question knew nothing of yet. A row is prompted by the suggestions that were made less than a horizon
    before or after it: told if any of them went out, else of the control group by the nearest.

    Args:
        records: decisions; one that is there twice counts once.
        trades: what each user did, in order of time.
        until: the moment until which it is known what users did, UTC.
    """
    dropped: Counter[str] = Counter()
    once = {record.decision_id: record for record in records}
    ordered = sorted(once.values(), key=lambda record: (record.at, record.decision_id))
    told = _suggestions(ordered)
    kept = [record for record in ordered if record.at.timestamp() + HORIZON <= until.timestamp()]
    dropped[NOT_OVER] += len(ordered) - len(kept)
    names = sorted({record.user_id for record in kept})
    pairs = sorted({str(record.quote.pair) for record in kept})
    user, pair = ({name: number for number, name in enumerate(each)} for each in (names, pairs))
    keys = [(record.user_id, str(record.quote.pair)) for record in kept]
    prompts = [_prompt(told.get(key, ()), record.at.timestamp()) for key, record in zip(keys, kept, strict=True)]
    n = len(kept)
    matrix = TrainingMatrix(
        features=np.array([record.features for record in kept], dtype=np.float32).reshape(n, len(FEATURE_NAMES)),
        labels=np.array(
            [_label(record, trades.get(key, ())) for key, record in zip(keys, kept, strict=True)], dtype=np.int8
        ),
        parts=np.full(n, Part.TEST, dtype=np.int8),
        users=np.array([user[record.user_id] for record in kept], dtype=np.int32),
        at=np.array([record.at.timestamp() for record in kept]).astype(np.int64),
        oracle=np.full((n, 2), np.nan),
        weights=np.ones(n, dtype=np.float32),
        sources=np.full(n, Source.DECISION, dtype=np.int8),
        pairs=np.array([pair[name] for _, name in keys], dtype=np.int16),
        trades=np.array([record.summary.buys + record.summary.sells for record in kept]).astype(np.int32),
        suggested=np.array([prompt.suggested for prompt in prompts], dtype=np.int8),
        told=np.array([prompt.told for prompt in prompts], dtype=np.bool_),
        propensities=np.array([prompt.propensity for prompt in prompts], dtype=np.float32),
        groups=np.full(n, NO_GROUP, dtype=np.int16),
        feature_names=FEATURE_NAMES,
        pair_names=tuple(pairs),
        group_names=(),
        dropped=dict(dropped),
    )
    questions = np.array([record.question for record in kept], dtype=np.float64).reshape(n, len(QUESTION_NAMES))
    return Traffic(matrix, questions, dropped)


def _label(record: DecisionRecord, trades: Sequence[tuple[float, Side]]) -> Decision:
    at, known = record.at.timestamp(), record.summary.last_at
    first = bisect_left(trades, at, key=lambda trade: trade[0])
    if not np.isnan(known):
        first = max(first, bisect_right(trades, known, key=lambda trade: trade[0]))
    if first == len(trades) or trades[first][0] >= at + HORIZON:
        return Decision.HOLD
    return Decision[trades[first][1].name]


def _suggestions(records: Sequence[DecisionRecord]) -> dict[UserAndPair, list[_Told]]:
    """By user and pair, what was let out and what the control group was kept from, in order of time."""
    found: dict[UserAndPair, list[_Told]] = defaultdict(list)
    for record in records:
        judgement = record.judgement
        if judgement is None or judgement.held_until is not None:
            continue
        suppressed = judgement.suppressed if record.reconsidered is None else record.reconsidered.dropped
        if suppressed in (None, Suppression.HOLDOUT):
            share = 1.0 - judgement.rules.holdout_share
            each = _Told(record.at.timestamp(), record.answer.decision, suppressed is None, share)
            found[record.user_id, str(record.quote.pair)].append(each)
    return found


_NOTHING = _Told(0.0, Decision.HOLD, False, float("nan"))


def _prompt(told: Sequence[_Told], at: float) -> _Told:
    near = [each for each in told if abs(each.at - at) < HORIZON]
    return min(near, key=lambda each: (not each.told, abs(each.at - at)), default=_NOTHING)
