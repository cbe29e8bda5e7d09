from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.domain.experiment import Arm, arm_of
from divisa.domain.pacing import WEEK
from divisa.domain.pair import Pair
from divisa.domain.policy import PolicyRules
from divisa.domain.suggestion import ANSWERABLE, SuggestionResponse, Suppression, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.services.assign_arm import AssignArm
from divisa.services.gather_facts import GatherFacts, Proposal
from tests.builders import USD_MXN, WEDNESDAY, a_market_view, a_portfolio, a_quote, a_recipient, a_suggestion

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.policy import Facts

DAY, TINY, AGE = timedelta(days=1), timedelta(microseconds=1), timedelta(seconds=2)
AT = WEDNESDAY + AGE
USD_BRL = Pair("USD", "BRL")
KEY = b"0123456789abcdef"


class Office:
    """Ana's and Ben's rows, and what gathers facts from them."""

    def __init__(self, speed: float = 1.0) -> None:
        self.portfolios, self.recipients = MemoryPortfolios(), MemoryRecipients()
        self.suggestions, self.clock = MemorySuggestions(), ManualClock(AT, speed=speed)
        self.portfolios.put_many([a_portfolio("500"), a_portfolio("50", user_id="ben")])
        self.recipients.put_many([a_recipient(), a_recipient("ben", weekly_cap=3)])
        self.gather = GatherFacts(
            self.portfolios, self.recipients, self.suggestions, AssignArm(MemorySecrets({"key": KEY})), self.clock
        )

    def was_told(self, name: str, at: datetime, **changes: Any) -> None:
        self.suggestions.insert(a_suggestion(suggestion_id=name, quote_time=at, created_at=at, **changes))

    def facts(self, *proposals: Proposal, rules: PolicyRules | None = None) -> list[Facts]:
        return self.gather(a_quote(), a_market_view(), proposals or [a_proposal()], rules or PolicyRules())


def a_proposal(user_id: str = "ana", side: Side = Side.SELL, **changes: Any) -> Proposal:
    plain = Proposal(user_id, side, episode=7, usual_size=120.0, propensity=0.6, model_version="m-1", inside=True)
    return replace(plain, **changes)


def test_each_proposal_gets_the_facts_of_its_user_in_order() -> None:
    proposals = [a_proposal("ben", inside=False), a_proposal("nobody"), a_proposal("ana", Side.BUY, effect=0.04)]
    ben, nobody, ana = Office().facts(*proposals)
    assert (ben.portfolio, ben.recipient) == (a_portfolio("50", user_id="ben"), a_recipient("ben", weekly_cap=3))
    assert (ben.side, ben.amount, ben.inside) == (Side.SELL, Decimal("50.00"), False)
    assert (nobody.portfolio, nobody.recipient, nobody.amount) == (None, None, Decimal(0))
    assert (ana.side, ana.amount, ana.inside) == (Side.BUY, Decimal("120.00"), True)
    assert (ana.propensity, ana.model_version) == (0.6, "m-1")
    assert (ana.effect, ben.effect) == (0.04, None)
    assert (ana.quote, ana.market, ana.quote_age, ana.at) == (a_quote(), a_market_view(), AGE, AT)
    assert (ana.last_told, ana.told_this_week, ana.accepted) == (None, 0, None)


def test_nothing_is_read_for_nobody() -> None:
    assert GatherFacts.__call__(None, a_quote(), a_market_view(), [], PolicyRules()) == []  # type: ignore[arg-type]


def test_in_a_replay_the_moment_of_decision_is_the_quotes_and_what_people_waited() -> None:
    [fact] = Office(speed=10.0).facts()
    assert (fact.quote_age, fact.at) == (AGE / 10, WEDNESDAY + AGE / 10)


def test_the_newest_suggestion_of_the_side_and_pair_that_was_let_out_was_the_last() -> None:
    office = Office()
    office.was_told("a", AT - 3 * DAY)
    office.was_told("b", AT - 2 * DAY)
    office.was_told("c", AT - DAY, side=Side.BUY)
    office.was_told("d", AT - DAY, pair=USD_BRL)
    office.was_told("e", AT - DAY, suppressed=Suppression.COOLDOWN, channels=())
    office.was_told("f", AT - DAY, user_id="ben")
    sell, buy = office.facts(a_proposal(), a_proposal("ben"))[0], office.facts(a_proposal(side=Side.BUY))[0]
    assert (sell.last_told, buy.last_told) == (AT - 2 * DAY, AT - DAY)


def test_who_was_held_out_is_left_alone_as_long_as_who_was_told_but_had_no_message() -> None:
    office = Office()
    office.was_told("a", AT - DAY, suppressed=Suppression.HOLDOUT, channels=())
    [fact] = office.facts()
    assert (fact.last_told, fact.told_this_week) == (AT - DAY, 0)


def test_the_messages_of_a_week_are_counted_over_all_pairs_and_those_let_out_alone() -> None:
    office = Office()
    office.was_told("a", AT - WEEK)
    office.was_told("b", AT - WEEK + TINY)
    office.was_told("c", AT - DAY, side=Side.BUY)
    office.was_told("d", AT - DAY, pair=USD_BRL)
    office.was_told("e", AT, suppressed=Suppression.NO_GAIN, channels=())
    office.was_told("f", AT, user_id="ben")
    assert [fact.told_this_week for fact in office.facts(a_proposal(), a_proposal("ben"))] == [3, 1]


def test_the_proposed_suggestion_itself_does_not_stand_in_its_own_way() -> None:
    office = Office()
    office.was_told(suggestion_id_of("ana", USD_MXN, Side.SELL, 7), AT - DAY)
    [fact] = office.facts()
    assert (fact.last_told, fact.told_this_week) == (None, 0)


def test_what_is_held_counts_for_nothing_until_it_is_let_out() -> None:
    office = Office()
    office.was_told("a", AT - DAY, held_until=AT, channels=())
    office.was_told("b", AT - 2 * DAY, held_until=AT, channels=(), suppressed=Suppression.NOT_NOW)
    [fact] = office.facts()
    assert (fact.last_told, fact.told_this_week) == (None, 0)


def test_what_was_answered_while_it_was_held_was_never_a_message() -> None:
    office, said = Office(), SuggestionResponse.DISMISSED
    office.was_told("a", AT - DAY, held_until=AT - DAY / 2, channels=(), response=said, responded_at=AT - DAY / 3)
    [fact] = office.facts()
    assert (fact.last_told, fact.told_this_week) == (None, 0)


@pytest.mark.parametrize("unsent", [{"suppressed": Suppression.WIDE_SPREAD}, {"held_until": AT}])
def test_what_was_accepted_counts_though_it_was_never_sent(unsent: dict[str, Any]) -> None:
    office, accepted = Office(), SuggestionResponse.ACCEPTED
    office.was_told("a", AT - DAY, side=Side.BUY, channels=(), response=accepted, responded_at=AT - TINY, **unsent)
    [fact] = office.facts()
    assert (fact.accepted, fact.last_told, fact.told_this_week) == ((Side.BUY, AT - TINY), None, 0)


def test_what_was_accepted_as_late_as_can_be_is_remembered_for_as_long_as_the_rule_asks() -> None:
    office, rules = Office(), PolicyRules(contradiction=2 * DAY)
    said = AT - rules.contradiction + TINY
    office.was_told("a", said - ANSWERABLE, response=SuggestionResponse.ACCEPTED, responded_at=said)
    assert office.facts(rules=rules)[0].accepted == (Side.SELL, said)


def test_the_newest_acceptance_of_the_pair_counts_by_when_it_was_said() -> None:
    office = Office()
    accepted = SuggestionResponse.ACCEPTED
    office.was_told("a", AT - 3 * DAY, response=accepted, responded_at=AT - DAY)
    office.was_told("b", AT - 2 * DAY, side=Side.BUY, response=accepted, responded_at=AT - 2 * DAY)
    office.was_told("c", AT - DAY, response=SuggestionResponse.DISMISSED, responded_at=AT)
    office.was_told("d", AT - DAY, pair=USD_BRL, response=accepted, responded_at=AT)
    assert office.facts()[0].accepted == (Side.SELL, AT - DAY)


def test_as_much_is_read_as_the_longest_rule_asks_for() -> None:
    office = Office()
    office.was_told("a", AT - 30 * DAY)
    assert office.facts()[0].last_told is None
    assert office.facts(rules=PolicyRules(cooldown=31 * DAY))[0].last_told == AT - 30 * DAY
    assert office.facts(rules=PolicyRules(contradiction=30 * DAY - ANSWERABLE))[0].last_told == AT - 30 * DAY


def test_who_is_held_out_is_drawn_for_the_episode_with_the_share_of_the_rules() -> None:
    proposals = [a_proposal(episode=episode) for episode in range(40)]
    arms = [fact.arm for each in proposals for fact in Office().facts(each, rules=PolicyRules(holdout_share=0.5))]
    assert arms == [arm_of(KEY, "ana", USD_MXN, episode, 0.5) for episode in range(40)]
    assert set(arms) == set(Arm)
