"""Explain a decision of the past from its log: what was known, what weighed most in it, and what each rule said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.errors import InvalidInput, InvalidModel, OtherVersion
from divisa.domain.features import FEATURE_NAMES, question_of_rows
from divisa.ports import Logged
from divisa.services.explain import POOL, SAMPLE, Weight, heaviest, joined, variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from divisa.domain.decision import DecisionRecord
    from divisa.ports import Decisions, Scorer


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """One logged decision.

    Attributes:
        record: what the log has of it.
        weights: the features that weighed most, the heaviest first; None where its model is not there to be asked.
        others: how many logged decisions about other users the features were compared with.
        foreign: how many of the log were passed over, since another version of the code has written them.
    """

    record: DecisionRecord
    weights: tuple[Weight, ...] | None
    others: int
    foreign: int


@dataclass(frozen=True, slots=True)
class LoggedAbout:
    """What the log has about one suggestion.

    Attributes:
        records: the decisions about it, the earliest first.
        foreign: how many lines about it were passed over, since another version of the code has written them.
    """

    records: Sequence[DecisionRecord]
    foreign: int


@dataclass(slots=True)
class _Reading:
    """Decisions of the log that this code can compare, and how many were passed over that it cannot."""

    decisions: Decisions
    foreign: int = 0

    def newest(self, containing: str, at_most: int | None = None) -> Iterator[DecisionRecord]:
        """Those among so many lines with this text; all lines by default."""
        for each in islice(self.decisions.all(containing), at_most):
            if isinstance(each, Logged):
                yield each.record
            else:
                self.foreign += 1


@dataclass(frozen=True, slots=True)
class ExplainDecision:
    """Explains the decisions about suggestions; weighs features as `Explain` does, against others of the log."""

    decisions: Decisions

    def about(self, suggestion_id: str) -> LoggedAbout:
        """The decision that made a suggestion, let out or not, and those that looked at it again after quiet hours.

        Returns:
            At least one; each once, however often the log has it.

        Raises:
            InvalidInput: the log has none, or cannot be read.
            OtherVersion: what it has another version of the code has written.
            StoreUnavailable: the log did not answer.
        """
        reading = _Reading(self.decisions)
        logged = (record for record in reading.newest(suggestion_id) if record.suggestion_id == suggestion_id)
        found = {record.decision_id: record for record in logged}
        if not found and reading.foreign:
            raise OtherVersion(
                f"what the decision log has about the suggestion {suggestion_id!r} is of another version of the code, "
                f"not comparable ({reading.foreign} lines)"
            )
        if not found:
            raise InvalidInput(f"the decision log has nothing about a suggestion {suggestion_id!r}")
        return LoggedAbout(sorted(found.values(), key=lambda record: record.at), reading.foreign)

    def __call__(self, record: DecisionRecord, scorer: Scorer | None) -> ExplainedDecision:
        """Weigh what spoke for a decision.

        Args:
            record: the decision.
            scorer: the model that made it; None where it is not there any more.

        Raises:
            ScorerUnavailable: the model did not answer.
            InvalidModel: its answer does not fit, or it is another model.
            InvalidInput: a line of the log cannot be read.
            StoreUnavailable: the log did not answer.
        """
        if scorer is None:
            return ExplainedDecision(record, None, 0, 0)
        reading = _Reading(self.decisions)
        others = self._others(record, reading)
        asked = question_of_rows(np.array([each.question for each in [record, *others]])).at(record.question[0])
        asked = asked._replace(margin=np.full(len(asked.x), np.nan))
        tried = variants(asked, record.market)
        scores = scorer.score(joined(list(tried.values())))
        if scores.model_version != record.model_version:
            raise InvalidModel(f"the model is {scores.model_version}; the decision was made by {record.model_version}")
        answer, values = record.answer, dict(zip(FEATURE_NAMES, record.features, strict=True))
        weights = heaviest(answer.decision, answer.probabilities[answer.decision], values, tried, scores.probabilities)
        return ExplainedDecision(record, weights, len(others), reading.foreign)

    def _others(self, record: DecisionRecord, reading: _Reading) -> list[DecisionRecord]:
        """Decisions to compare with: those of the newest lines of the pair, one a user, whose hash comes first."""
        by_user = {
            each.user_id: each
            for each in reading.newest(str(record.quote.pair), POOL)
            if each.quote.pair == record.quote.pair and each.user_id != record.user_id
        }
        return sorted(by_user.values(), key=lambda each: hashlib.sha256(each.user_id.encode()).digest())[:SAMPLE]
