"""Explain a decision of the past from its log: what was known, what weighed most in it, and what each rule said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.errors import InvalidInput, InvalidModel
from divisa.domain.features import FEATURE_NAMES, question_of_rows
from divisa.services.explain import POOL, SAMPLE, Weight, heaviest, joined, variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.decision import DecisionRecord
    from divisa.ports import Decisions, Scorer


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """One logged decision.

    Attributes:
        record: what the log has of it.
        weights: the features that weighed most, the heaviest first; None where its model is not there to be asked.
        others: how many logged decisions about other users the features were compared with.
    """

    record: DecisionRecord
    weights: tuple[Weight, ...] | None
    others: int


@dataclass(frozen=True, slots=True)
class ExplainDecision:
    """Explains the decisions about suggestions; weighs features as `Explain` does, against others of the log."""

    decisions: Decisions

    def about(self, suggestion_id: str) -> Sequence[DecisionRecord]:
        """The decision that made a suggestion, let out or not, and those that looked at it again after quiet hours.

        Returns:
            At least one, the earliest first; each once, however often the log has it.

        Raises:
            InvalidInput: the log has none, or cannot be read.
            StoreUnavailable: the log did not answer.
        """
        logged = (record for record, _ in self.decisions.all(suggestion_id) if record.suggestion_id == suggestion_id)
        found = {record.decision_id: record for record in logged}
        if not found:
            raise InvalidInput(f"the decision log has nothing about a suggestion {suggestion_id!r}")
        return sorted(found.values(), key=lambda record: record.at)

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
            return ExplainedDecision(record, None, 0)
        others = self._others(record)
        asked = question_of_rows(np.array([each.question for each in [record, *others]])).at(record.question[0])
        asked = asked._replace(margin=np.full(len(asked.x), np.nan))
        tried = variants(asked, record.market)
        scores = scorer.score(joined(list(tried.values())))
        if scores.model_version != record.model_version:
            raise InvalidModel(f"the model is {scores.model_version}; the decision was made by {record.model_version}")
        answer, values = record.answer, dict(zip(FEATURE_NAMES, record.features, strict=True))
        weights = heaviest(answer.decision, answer.probabilities[answer.decision], values, tried, scores.probabilities)
        return ExplainedDecision(record, weights, len(others))

    def _others(self, record: DecisionRecord) -> list[DecisionRecord]:
        """Decisions to compare with: those of the newest of the pair, one a user, whose hash comes first."""
        alike = (
            each
            for each, _ in self.decisions.all(str(record.quote.pair))
            if each.quote.pair == record.quote.pair and each.user_id != record.user_id
        )
        by_user = {each.user_id: each for each in islice(alike, POOL)}
        return sorted(by_user.values(), key=lambda each: hashlib.sha256(each.user_id.encode()).digest())[:SAMPLE]
