"""Turn a changed decision into a moved watch and, when it has a side, one suggestion."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from divisa.domain.policy import PolicyRules, suggested_amount, suppression
from divisa.domain.reasons import reasons_for
from divisa.domain.recipient import Language
from divisa.domain.suggestion import Suggestion, suggestion_id_of
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.evaluation import Evaluation, Watch
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Recipient
    from divisa.ports import Clock, Portfolios, Recipients, Watches
    from divisa.services.evaluate_users import Evaluations


@dataclass(slots=True)
class Outcome:
    """What became of the changed decisions of one evaluation.

    Attributes:
        suggested: suggestions that were let out.
        suppressed: suggestions that were recorded and not let out, by reason.
        raced: watches that somebody else had moved first.
    """

    suggested: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    raced: int = 0


@dataclass(frozen=True, slots=True)
class Suggest:
    """Moves the watches whose decision changed; each move and its suggestion are written in one transaction."""

    watches: Watches
    portfolios: Portfolios
    recipients: Recipients
    clock: Clock
    rules: PolicyRules

    def __call__(self, quote: Quote, watches: Sequence[Watch], evaluations: Evaluations) -> Outcome:
        """Apply evaluations to the watches that they were made for, row by row.

        Doing it again changes nothing: the watches have moved, and a suggestion's id belongs to its episode. A watch
        that a later quote has moved stays: else a retry of the first half of a batch would open an episode anew.
        """
        decided = evaluations.scores.decisions
        changed = [
            row for row, watch in enumerate(watches) if watch.decision != decided[row] and not _is_ahead(watch, quote)
        ]
        outcome = Outcome()
        if not changed:
            return outcome
        told = [watches[row].user_id for row in changed if decided[row]]
        portfolios = self.portfolios.get_many(quote.pair, told) if told else {}
        recipients = self.recipients.get_many(told) if told else {}
        for row in changed:
            before, evaluation = watches[row], evaluations.of(row)
            after = replace(
                before,
                decision=evaluation.decision,
                generation=before.generation + 1,
                evaluated_at=quote.event_time,
                model_version=evaluation.model_version,
            )
            suggestion = None
            if (side := evaluation.decision.side) is not None:
                user = before.user_id
                suggestion = self._suggestion(
                    side, quote, after, evaluations, row, portfolios.get(user), recipients.get(user)
                )
                if suggestion.suppressed is None:
                    after = replace(after, suggested_at=quote.event_time)
            if not self.watches.move(before, after, suggestion):
                outcome.raced += 1
            elif suggestion is not None and suggestion.suppressed is not None:
                outcome.suppressed[suggestion.suppressed.value] += 1
            elif suggestion is not None:
                outcome.suggested += 1
        return outcome

    def _suggestion(
        self,
        side: Side,
        quote: Quote,
        watch: Watch,
        evaluations: Evaluations,
        row: int,
        portfolio: Portfolio | None,
        recipient: Recipient | None,
    ) -> Suggestion:
        evaluation: Evaluation = evaluations.of(row)
        amount = suggested_amount(side, portfolio, evaluations.summaries[row].size, quote, self.rules)
        suppressed = suppression(
            recipient, amount, watch.suggested_at, quote.event_time, self.clock.age(quote.event_time), self.rules
        )
        return Suggestion(
            suggestion_id=suggestion_id_of(watch.user_id, watch.pair, side, watch.generation),
            user_id=watch.user_id,
            pair=watch.pair,
            side=side,
            amount=amount,
            price=quote.ask if side is Side.BUY else quote.bid,
            quote_time=quote.event_time,
            quote_sequence=quote.sequence,
            reasons=reasons_for(side, evaluations.evidence(row), evaluation.propensity),
            propensity=evaluation.propensity,
            model_version=evaluation.model_version,
            episode=watch.generation,
            created_at=self.clock.now(),
            expires_at=self.clock.later(self.rules.lifetime),
            language=recipient.language if recipient is not None else Language.ES,
            channels=recipient.reachable() if recipient is not None and suppressed is None else (),
            suppressed=suppressed,
        )


def _is_ahead(watch: Watch, quote: Quote) -> bool:
    """Whether a later quote has moved the watch already."""
    return watch.evaluated_at is not None and watch.evaluated_at > quote.event_time
