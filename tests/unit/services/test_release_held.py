from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from divisa.adapters.memory.held_suggestions import MemoryHeldSuggestions
from divisa.adapters.memory.policy_source import MemoryPolicySource
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.domain.errors import ScorerUnavailable, StoreUnavailable
from divisa.domain.pair import Pair
from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import SuggestionResponse, Suppression, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.ports import MAX_RELEASES
from divisa.services.assign_arm import KEY, AssignArm
from divisa.services.gather_facts import GatherFacts
from divisa.services.log_decisions import LogDecisions
from divisa.services.release_held import PATIENCE, Released, ReleaseHeld
from tests.around import Answer, Band, around
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_quote, a_recipient, a_suggestion, a_summary
from tests.unit.services.world import CHEERFUL, SwitchedScorer, Trouble, World, _band_by_cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.features import Question
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Release

USD_BRL = Pair("USD", "BRL")
INSTANT, MINUTE, HOUR = timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=1)
MORNING = WEDNESDAY
"""When the night is over: 15:00 UTC, which is 9 o'clock in Mexico City."""
NIGHT = QuietHours(time(22), time(9))
EVERYTHING = 1000


def by_cost_and_surer_of_reals(question: Question) -> Answer:
    """As `by_cost`, with 0.7 for pesos and 0.8 for reals."""

    def band(asked: Question) -> Band:
        told = _band_by_cost(asked)
        sure = np.where(asked.x < 2.0, 0.8, 0.7)[:, None]
        picked = np.arange(3) == told.decision[:, None]
        return told._replace(probabilities=np.where(picked, sure, (1.0 - sure) / 2.0))

    return around(band, question)


class TroubledHeld(MemoryHeldSuggestions):
    """Held suggestions that fail to be released when told to, once; knows what was asked of it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.trouble = Trouble()
        self.asked: list[int] = []

    def release(self, releases: Sequence[Release]) -> bool:
        self.asked.append(len(releases))
        self.trouble.pass_or_fail()
        return super().release(releases)


class Morning:
    """People whose quiet hours have just ended, with what was held in the night at 17.3512, and the price of now."""

    def __init__(self, mid: str | None = "17.40", *users: str) -> None:
        self.users = users or ("ana",)
        self.world = World(dict.fromkeys(self.users, 17.0), pairs=frozenset([USD_MXN, USD_BRL]))
        self.world.scorer = SwitchedScorer(by_cost_and_surer_of_reals, model_version="m-2")
        for user in self.users:
            self.world.watches.forget(USD_MXN, user)
        self.world.recipients.put_many(
            a_recipient(user, quiet_hours=NIGHT, time_zone="America/Mexico_City") for user in self.users
        )
        self.world.summaries.put_many(USD_BRL, {user: a_summary(cost=5.0) for user in self.users})
        self.world.portfolios.put_many(replace(a_portfolio(user_id=user), pair=USD_BRL) for user in self.users)
        self.held = TroubledHeld(self.world.suggestions, page=2)
        self.policy = MemoryPolicySource(replace(CHEERFUL, cooldown=timedelta(hours=24), holdout_share=0.0))
        gather = GatherFacts(
            self.world.portfolios,
            self.world.recipients,
            self.world.suggestions,
            AssignArm(MemorySecrets({KEY: b"0123456789abcdef"})),
            self.world.clock,
        )
        decide = replace(self.world.decide, evaluate=replace(self.world.evaluate, scorer=self.world.scorer))
        self.release = ReleaseHeld(
            self.held,
            self.world.suggestions,
            self.world.markets,
            decide,
            gather,
            self.policy,
            self.world.clock,
            LogDecisions(self.world.decisions),
        )
        self.world.clock.set(MORNING + MINUTE)
        if mid is not None:
            self.price(mid)

    def price(self, mid: str, pair: Pair = USD_MXN) -> None:
        """The price of a pair, a second ago."""
        number = self.world.markets.load(pair).version + 1
        at = self.world.clock.now() - timedelta(seconds=1)
        self.world.receive(replace(a_quote(mid, at=at, sequence=number), pair=pair))

    def keep(self, user: str = "ana", episode: int = 1, **changes: Any) -> Suggestion:
        """Hold a suggestion since the night."""
        pair, side = changes.get("pair", USD_MXN), changes.get("side", Side.SELL)
        plain = a_suggestion(
            suggestion_id=suggestion_id_of(user, pair, side, episode),
            user_id=user,
            episode=episode,
            quote_time=MORNING - 6 * HOUR,
            created_at=MORNING - 6 * HOUR,
            expires_at=MORNING - 5 * HOUR,
            held_until=MORNING,
            channels=(),
        )
        kept = replace(plain, **changes)
        assert self.world.suggestions.insert(kept)
        return kept

    def run(self) -> Released:
        return self.release(0, EVERYTHING)

    def now(self, kept: Suggestion) -> Suggestion:
        found = self.world.suggestions.find(kept.user_id, kept.suggestion_id)
        assert found is not None
        return found

    def told(self) -> list[Suggestion]:
        return [each for each in self.world.suggestions.all() if each.suppressed is None and not each.is_held]


def test_what_is_still_true_in_the_morning_is_told_at_the_mornings_price() -> None:
    morning = Morning("17.40")
    morning.world.recipients.put_many(
        [a_recipient(quiet_hours=NIGHT, time_zone="America/Mexico_City", language=Language.EN)]
    )
    kept = morning.keep(opened_at=MORNING - HOUR)

    assert morning.run() == Released(users=1, told=1)

    after = morning.now(kept)
    assert (after.price, after.quote_time) == (Decimal("17.399"), morning.world.clock.now() - timedelta(seconds=1))
    assert (after.amount, after.propensity, after.model_version) == (Decimal("100.00"), 0.7, "m-2")
    assert [reason.number for reason in after.reasons if reason.code.value == "above_cost"] == [2.4]
    assert (after.created_at, after.expires_at) == (
        morning.world.clock.now(),
        morning.world.clock.now() + morning.policy.current().lifetime,
    )
    assert (after.language, after.channels) == (Language.EN, a_recipient().reachable())
    assert (after.held_until, after.opened_at, after.suppressed) == (None, None, None)
    assert (after.suggestion_id, after.episode, after.side) == (kept.suggestion_id, kept.episode, kept.side)


@pytest.mark.parametrize("mid", ["17.05", "16.50"])
def test_what_the_model_says_no_more_is_dropped(mid: str) -> None:
    morning = Morning(mid)
    kept = morning.keep()
    assert morning.run() == Released(users=1, dropped=Counter(not_now=1))
    assert morning.now(kept) == replace(kept, suppressed=Suppression.NOT_NOW)


def test_what_a_rule_speaks_against_is_dropped_with_its_reason() -> None:
    morning = Morning("17.40")
    morning.world.portfolios.put_many([a_portfolio("0", "0")])
    kept = morning.keep()
    assert morning.run() == Released(users=1, dropped=Counter(no_funds=1))
    assert morning.now(kept).suppressed is Suppression.NO_FUNDS


def test_what_was_told_since_counts_for_the_cooldown() -> None:
    morning = Morning("17.40")
    morning.keep()
    morning.world.suggestions.insert(
        a_suggestion(suggestion_id="other", quote_time=MORNING + INSTANT, created_at=MORNING + INSTANT)
    )
    assert morning.run() == Released(users=1, dropped=Counter(cooldown=1))


def test_it_is_left_alone_until_its_moment_has_come() -> None:
    morning = Morning("17.40")
    kept = morning.keep(held_until=MORNING + MINUTE + INSTANT)
    assert morning.run() == Released()
    assert morning.now(kept) == kept


def test_who_has_set_other_quiet_hours_meanwhile_is_left_in_peace_until_those_end() -> None:
    morning = Morning("17.40")
    longer = QuietHours(time(22), time(11))
    morning.world.recipients.put_many([a_recipient(quiet_hours=longer, time_zone="America/Mexico_City")])
    kept = morning.keep()

    assert morning.run() == Released(users=1, held=1)
    assert morning.now(kept) == replace(kept, held_until=MORNING + 2 * HOUR)
    assert morning.run() == Released()

    morning.world.clock.set(MORNING + 2 * HOUR + MINUTE)
    morning.price("17.45")
    assert morning.run() == Released(users=1, told=1)


def test_what_a_late_quote_takes_for_night_is_left_alone() -> None:
    morning = Morning(None)
    kept = morning.keep()
    morning.world.clock.set(MORNING + MINUTE)
    at = MORNING - MINUTE
    morning.world.receive(a_quote("17.40", at=at, sequence=1))
    # As in a replay: the moment of decision, which the quote counts for, lies before that of the clock.
    morning.world.clock.set(MORNING)
    object.__setattr__(morning.release.gather, "clock", type(morning.world.clock)(MORNING, speed=1000.0))
    assert morning.run() == Released(users=1, waiting=1)
    assert morning.now(kept) == kept


def test_of_several_held_ones_the_most_probable_is_told_and_the_others_are_merged_into_it() -> None:
    morning = Morning("17.40")
    morning.price("5.20", USD_BRL)
    pesos, older = morning.keep(episode=2), morning.keep(episode=1)
    reals = morning.keep(pair=USD_BRL)
    bought = morning.keep(side=Side.BUY, episode=3)

    assert morning.run() == Released(users=1, told=1, dropped=Counter(merged=2, not_now=1))
    assert morning.told() == [morning.now(reals)]
    assert morning.now(reals).propensity == 0.8
    assert morning.now(pesos) == replace(pesos, suppressed=Suppression.MERGED)
    assert morning.now(older) == replace(older, suppressed=Suppression.MERGED)
    assert morning.now(bought) == replace(bought, suppressed=Suppression.NOT_NOW)


def test_two_visits_of_a_night_make_one_message_the_newer() -> None:
    morning = Morning("17.40")
    first, second = morning.keep(episode=1), morning.keep(episode=2)
    assert morning.run() == Released(users=1, told=1, dropped=Counter(merged=1))
    assert morning.now(first).suppressed is Suppression.MERGED
    assert morning.told() == [morning.now(second)]


def test_held_ones_take_no_share_of_each_others_weekly_cap() -> None:
    morning = Morning("17.40")
    morning.world.recipients.put_many([a_recipient(weekly_cap=1)])
    for episode in (1, 2, 3):
        morning.keep(episode=episode)
    assert morning.run().told == 1


def test_who_is_held_out_is_told_nothing_and_is_written_down_as_if_they_had_been() -> None:
    treated, held_out = Morning("17.40"), Morning("17.40")
    held_out.policy.change(replace(held_out.policy.current(), holdout_share=1.0 - 1e-12))
    told = []
    for morning in (treated, held_out):
        older, newer = morning.keep(episode=1), morning.keep(episode=2)
        outcome = morning.run()
        assert outcome.dropped["merged"] == 1
        assert morning.now(older).suppressed is Suppression.MERGED
        told.append(morning.now(newer))
    assert told[1] == replace(told[0], suppressed=Suppression.HOLDOUT, channels=())
    assert held_out.told() == []
    assert outcome == Released(users=1, dropped=Counter(holdout=1, merged=1))


@pytest.mark.parametrize("share", [0.0, 1.0 - 1e-12])
def test_the_channel_that_it_is_meant_for_is_the_one_of_the_morning_in_either_arm(share: float) -> None:
    morning = Morning("17.40")
    morning.policy.change(replace(morning.policy.current(), holdout_share=share))
    held = morning.keep(intended=Channel.EMAIL)
    morning.world.recipients.put_many([a_recipient(consent=frozenset({Channel.SMS}))])
    morning.run()
    assert morning.now(held).intended is Channel.SMS


def test_what_is_due_later_goes_along_when_its_owner_is_woken() -> None:
    morning = Morning("17.40")
    morning.keep(episode=1)
    morning.keep(episode=2, held_until=MORNING + 10 * HOUR)
    assert morning.run() == Released(users=1, told=1, dropped=Counter(merged=1))


def test_everybody_gets_their_own() -> None:
    users = [f"u-{number:03}" for number in range(230)]
    morning = Morning("17.40", *users)
    for user in users:
        morning.keep(user)
    assert morning.run() == Released(users=230, told=230)
    assert {each.user_id for each in morning.told()} == set(users)


def test_a_run_keeps_to_its_number_of_people_and_the_next_goes_on() -> None:
    morning = Morning("17.40", "ana", "ben", "eva")
    for number, user in enumerate(("eva", "ana", "ben")):
        morning.keep(user, held_until=MORNING - HOUR + number * MINUTE)
        morning.keep(user, episode=2, held_until=MORNING - HOUR + number * MINUTE)
    assert morning.release(0, 2) == Released(users=2, told=2, dropped=Counter(merged=2))
    assert {each.user_id for each in morning.told()} == {"eva", "ana"}
    assert morning.release(0, 2) == Released(users=1, told=1, dropped=Counter(merged=1))
    assert morning.release(0, 2) == Released()
    assert morning.release(0, 0) == Released()


def test_without_a_live_price_it_waits_and_is_dropped_after_a_day() -> None:
    morning = Morning(None)
    kept = morning.keep()
    morning.world.clock.set(MORNING + PATIENCE)
    assert morning.run() == Released()
    assert morning.now(kept) == kept

    morning.world.clock.set(MORNING + PATIENCE + INSTANT)
    assert morning.run() == Released(users=1, dropped=Counter(stale_quote=1))
    assert morning.now(kept) == replace(kept, suppressed=Suppression.STALE_QUOTE)


def test_a_pair_without_a_live_price_holds_up_no_other() -> None:
    morning = Morning("17.40", "ana", "ben")
    waiting, _ = [morning.keep(user, pair=USD_BRL, held_until=MORNING - HOUR) for user in ("ana", "ben")]
    morning.keep("ben")
    assert morning.release(0, 1) == Released(users=1, told=1, dropped=Counter(merged=1))
    assert morning.now(waiting) == waiting
    assert [each.user_id for each in morning.told()] == ["ben"]


def test_who_has_answered_or_was_erased_meanwhile_is_told_nothing() -> None:
    morning = Morning("17.40", "ana", "ben")
    morning.keep("ana")
    answered = morning.keep("ben")
    morning.world.suggestions.erase("ana")
    morning.world.suggestions.answer("ben", answered.suggestion_id, SuggestionResponse.DISMISSED, MORNING)
    assert morning.run() == Released()
    assert morning.told() == [morning.now(answered)]


def test_what_changes_under_a_run_is_left_to_whoever_changed_it() -> None:
    morning = Morning("17.40")
    kept, other = morning.keep(episode=1), morning.keep(episode=2)

    class Answers(TroubledHeld):
        def release(self, releases: Sequence[Release]) -> bool:
            said = SuggestionResponse.ACCEPTED
            morning.world.suggestions.answer("ana", kept.suggestion_id, said, MORNING)
            return super().release(releases)

    raced = replace(morning.release, held=Answers(morning.world.suggestions))
    assert raced(0, EVERYTHING) == Released(users=1, raced=2)
    assert morning.now(other) == other
    # What was answered while it was held was never sent, so that the other comes none too soon.
    assert morning.run() == Released(users=1, told=1)
    assert morning.now(kept).response is SuggestionResponse.ACCEPTED


@pytest.mark.parametrize("calls", range(3))
def test_a_run_that_is_killed_tells_nobody_twice_and_forgets_nobody(calls: int) -> None:
    users = ["ana", "ben", "eva"]
    morning = Morning("17.40", *users)
    for user in users:
        morning.keep(user, episode=1)
        morning.keep(user, episode=2)
    morning.held.trouble.calls_left = calls
    with pytest.raises(StoreUnavailable):
        morning.run()
    assert len(morning.told()) == calls
    assert morning.run() == Released(users=3 - calls, told=3 - calls, dropped=Counter(merged=3 - calls))
    assert sorted(each.user_id for each in morning.told()) == users
    assert morning.run() == Released()


def test_more_than_a_transaction_takes_still_makes_one_message_the_last_thing_that_is_written() -> None:
    morning = Morning("17.40")
    for episode in range(1, MAX_RELEASES + 31):
        morning.keep(episode=episode)
    morning.held.trouble.calls_left = 1
    with pytest.raises(StoreUnavailable):
        morning.run()
    assert morning.told() == []
    assert morning.run() == Released(users=1, told=1, dropped=Counter(merged=29))
    assert morning.held.asked == [MAX_RELEASES, 30, 30]
    assert [each.episode for each in morning.told()] == [MAX_RELEASES + 30]


def test_a_model_that_does_not_answer_changes_nothing() -> None:
    morning = Morning("17.40")
    kept = morning.keep()
    morning.world.scorer.switch_off()
    with pytest.raises(ScorerUnavailable):
        morning.run()
    assert morning.now(kept) == kept
