"""Gather what the policy has to know before anybody is told anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.pacing import WEEK
from divisa.domain.policy import Facts, suggested_amount
from divisa.domain.suggestion import ANSWERABLE, SuggestionResponse, Suppression, suggestion_id_of
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from divisa.domain.market import MarketView
    from divisa.domain.pair import Pair
    from divisa.domain.policy import PolicyRules
    from divisa.domain.quote import Quote
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Clock, Portfolios, Recipients, Suggestions
    from divisa.services.assign_arm import AssignArm
    from divisa.services.evaluate_users import Evaluations


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the model would have a user told.

    Attributes:
        user_id: whom.
        side: what to do.
        episode: which visit of the price this is; with the side it makes the suggestion's id.
        usual_size: average base quantity of the user's transactions; NaN when there was none.
        propensity: the model's probability of the side, 0 to 1.
        model_version: which model says so.
        inside: whether every feature lies in the range that the model was trained on.
        effect: what a message is expected to add to that probability; None when the model does not say.
    """

    user_id: str
    side: Side
    episode: int
    usual_size: float
    propensity: float
    model_version: str
    inside: bool
    effect: float | None = None


def proposal_of(evaluations: Evaluations, row: int, episode: int) -> Proposal:
    """What an evaluation that decided on a side would have its user told in a visit of the price."""
    evaluation = evaluations.of(row)
    return Proposal(
        user_id=evaluation.user_id,
        side=Side[evaluation.decision.name],
        episode=episode,
        usual_size=evaluations.summaries[row].size,
        propensity=evaluation.propensity,
        model_version=evaluation.model_version,
        inside=evaluation.inside,
        effect=evaluation.effect,
    )


@dataclass(frozen=True, slots=True)
class GatherFacts:
    """Reads portfolios, recipients and the suggestions of late, for those users alone who may be told something."""

    portfolios: Portfolios
    recipients: Recipients
    suggestions: Suggestions
    assign_arm: AssignArm
    clock: Clock

    def __call__(
        self, quote: Quote, market: MarketView[float], proposals: Sequence[Proposal], rules: PolicyRules
    ) -> list[Facts]:
        """The facts of each proposal, in order.

        A user's messages are the suggestions that were let out, sent or on their way, all pairs; the proposed one is
        none of them. What is held is none until it is released, else two that are held would keep each other back; what
        its owner answers while it is held never becomes one. What was held out starts a cooldown as if it had been
        sent, so that nobody in that group is told just after. What was accepted counts whether it was sent or not. They
        are read as of now: of two decisions about one person at the same moment, on two pairs, neither sees the other.
        So both may find room under a weekly cap that has it for one; who sends takes the places, and lets one of them
        pass.

        Args:
            quote: the price to act at.
            market: the pair's market.
            proposals: of the quote's pair, a user once.
            rules: the knobs.

        Raises:
            StoreUnavailable: a table or the experiment's secret did not answer; gathering again is safe.
            InvalidSetting, NotFound: the experiment has no key.
        """
        if not proposals:
            return []
        users = [proposal.user_id for proposal in proposals]
        portfolios = self.portfolios.get_many(quote.pair, users)
        recipients = self.recipients.get_many(users)
        age = self.clock.age(quote.event_time)
        # Not the clock's `now`: in a replay hours pass there while a decision is made.
        at = quote.event_time + age
        recent = self.suggestions.since(users, at - max(WEEK, rules.cooldown, rules.contradiction + ANSWERABLE))
        facts = []
        for proposal in proposals:
            user, side, pair = proposal.user_id, proposal.side, quote.pair
            proposed = suggestion_id_of(user, pair, side, proposal.episode)
            earlier = [each for each in recent.get(user, ()) if each.suggestion_id != proposed]
            told = [each for each in earlier if each.suppressed is None and each.held_until is None]
            held_out = [each for each in earlier if each.suppressed is Suppression.HOLDOUT]
            portfolio = portfolios.get(user)
            facts.append(
                Facts(
                    side=side,
                    quote=quote,
                    quote_age=age,
                    at=at,
                    market=market,
                    recipient=recipients.get(user),
                    portfolio=portfolio,
                    amount=suggested_amount(side, portfolio, proposal.usual_size, quote, rules),
                    propensity=proposal.propensity,
                    model_version=proposal.model_version,
                    inside=proposal.inside,
                    effect=proposal.effect,
                    last_told=_last_told([*told, *held_out], pair, side),
                    told_this_week=sum(at - each.created_at < WEEK for each in told),
                    accepted=_accepted(earlier, pair),
                    arm=self.assign_arm(user, pair, proposal.episode, rules.holdout_share),
                )
            )
        return facts


def _last_told(told: Iterable[Suggestion], pair: Pair, side: Side) -> datetime | None:
    return max((each.quote_time for each in told if (each.pair, each.side) == (pair, side)), default=None)


def _accepted(earlier: Iterable[Suggestion], pair: Pair) -> tuple[Side, datetime] | None:
    accepted = [
        (each.responded_at, each.side)
        for each in earlier
        if each.pair == pair and each.response is SuggestionResponse.ACCEPTED and each.responded_at is not None
    ]
    if not accepted:
        return None
    at, side = max(accepted)
    return side, at
