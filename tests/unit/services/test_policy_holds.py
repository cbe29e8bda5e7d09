"""Whatever prices do and people answer, nobody is told more, sooner or at another hour than is allowed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.domain.errors import Refused
from divisa.domain.gate import GateLimits, market_is_open
from divisa.domain.pair import Pair
from divisa.domain.policy import PolicyRules
from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import SuggestionResponse, SuggestionStatus, Suppression
from divisa.services.answer_suggestion import AnswerSuggestion
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_quote, a_recipient, a_summary, a_watch
from tests.unit.services.life import is_quiet
from tests.unit.services.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Suggestion

USD_BRL = Pair("USD", "BRL")
PAIRS = (USD_MXN, USD_BRL)
WEEK = timedelta(days=7)
RULES = PolicyRules(cooldown=timedelta(hours=6), contradiction=timedelta(hours=30), min_gain=None, holdout_share=0.0)
QUIET = (None, QuietHours(time(22), time(7)), QuietHours(time(9), time(21)), QuietHours(time(12), time(13)))


class Priced(NamedTuple):
    """The price of a pair is quoted."""

    pair: Pair
    mid: str


class Answered(NamedTuple):
    """The person answers one of the suggestions that the app shows, sent or not, the newest first."""

    response: SuggestionResponse
    place: int = 0


class Wished(NamedTuple):
    """The person changes their preferences."""

    consents: bool
    weekly_cap: int
    quiet_hours: QuietHours | None
    time_zone: str


PRICED = st.builds(Priced, st.sampled_from(PAIRS), st.sampled_from(["16.60", "17.00", "17.25"]))
ANSWERED = st.builds(
    Answered,
    st.sampled_from([SuggestionResponse.ACCEPTED, SuggestionResponse.ACCEPTED, *SuggestionResponse]),
    st.integers(0, 2),
)
WISHED = st.builds(
    Wished,
    st.sampled_from([True, True, True, False]),
    st.integers(0, 9),
    st.sampled_from(QUIET),
    st.sampled_from(["UTC", "America/Mexico_City", "Asia/Kolkata", "America/New_York"]),
)
WAITS = st.sampled_from([timedelta(minutes=10), timedelta(hours=1), timedelta(hours=7), timedelta(hours=20)])
LIVES = st.lists(
    st.tuples(WAITS, st.one_of(PRICED, PRICED, PRICED, ANSWERED, ANSWERED, WISHED)), min_size=8, max_size=60
)


def a_world() -> World:
    """Ana, who trades both pairs and is told of both."""
    world = World(rules=RULES, pairs=frozenset(PAIRS), limits=GateLimits(outlier_floor=1.0))
    world.summaries.put_many(USD_BRL, {"ana": a_summary(cost=17.0)})
    portfolio = a_portfolio()
    world.portfolios.put_many([type(portfolio)("ana", USD_BRL, portfolio.base_balance, portfolio.quote_balance)])
    world.watches.put_many([type(a_watch())("ana", USD_BRL)])
    return world


def check(told: Suggestion, known: Sequence[Suggestion], recipient: Recipient) -> None:
    """One suggestion that was let out, against all that were made before it and what the person wished then."""
    at, before = told.created_at, [each for each in known if each.suppressed is None and each.held_until is None]
    assert recipient.consent
    assert told.channels == recipient.reachable()
    assert not is_quiet(recipient, at)
    assert market_is_open(at)
    assert sum(at - each.created_at < WEEK for each in before) < recipient.weekly_cap
    same = [each for each in before if (each.pair, each.side) == (told.pair, told.side)]
    assert all(told.quote_time - each.quote_time >= RULES.cooldown for each in same)
    accepted = [
        (each.responded_at, each.side)
        for each in known
        if each.pair == told.pair and each.response is SuggestionResponse.ACCEPTED and each.responded_at is not None
    ]
    if accepted:
        when, side = max(accepted)
        assert side is told.side or at - when >= RULES.contradiction


def live(life: Sequence[tuple[timedelta, Priced | Answered | Wished]]) -> list[Suggestion]:
    """Live it, checking each suggestion when it is made; returns all of them."""
    world, now, recipient = a_world(), WEDNESDAY, a_recipient(weekly_cap=3)
    world.recipients.put_many([recipient])
    answer = AnswerSuggestion(world.suggestions, world.clock)
    for sequence, (wait, step) in enumerate(life, start=1):
        now += wait
        world.clock.set(now)
        if isinstance(step, Answered):
            shown = (each for each in world.suggestions.of_user("ana") if each.is_for_its_user)
            open_ = [each for each in shown if each.response is None]
            for each in open_[step.place : step.place + 1]:
                with suppress(Refused):
                    answer("ana", each.suggestion_id, step.response)
            continue
        if isinstance(step, Wished):
            consent = frozenset(Channel) if step.consents else frozenset[Channel]()
            recipient = a_recipient(
                consent=consent, weekly_cap=step.weekly_cap, quiet_hours=step.quiet_hours, time_zone=step.time_zone
            )
            world.recipients.put_many([recipient])
            continue
        known = {each.suggestion_id: each for each in world.suggestions.all()}
        world.receive(a_quote(step.mid, at=now, sequence=sequence, pair=step.pair))
        for each in world.suggestions.all():
            if each.suggestion_id in known or each.suppressed is not None:
                continue
            if each.held_until is None:
                check(each, list(known.values()), recipient)
            else:
                assert is_quiet(recipient, each.created_at)
                assert each.channels == ()
                assert each.held_until > each.created_at
    return list(world.suggestions.all())


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(LIVES)
def test_no_life_breaks_consent_the_cap_the_cooldown_a_contradiction_or_quiet_hours(
    life: list[tuple[timedelta, Priced | Answered | Wished]],
) -> None:
    live(life)


HOUR = timedelta(hours=1)
RISE, FALL, BACK = (Priced(USD_MXN, mid) for mid in ("17.25", "16.60", "17.00"))


@pytest.mark.parametrize(
    ("steps", "reasons"),
    [
        ([RISE, BACK, RISE], [None, Suppression.COOLDOWN]),
        ([RISE, Answered(SuggestionResponse.ACCEPTED), FALL], [None, Suppression.CONTRADICTION]),
        ([RISE, Answered(SuggestionResponse.DISMISSED), FALL], [None, None]),
        (
            [
                Wished(True, 0, None, "UTC"),
                RISE,
                Answered(SuggestionResponse.ACCEPTED),
                Wished(True, 9, None, "UTC"),
                FALL,
            ],
            [Suppression.WEEKLY_CAP, Suppression.CONTRADICTION],
        ),
        ([Wished(True, 1, None, "UTC"), RISE, Priced(USD_BRL, "17.25")], [None, Suppression.WEEKLY_CAP]),
        ([Wished(False, 1, None, "UTC"), RISE], [Suppression.NO_CONSENT]),
    ],
)
def test_such_lives_meet_each_of_these_rules(
    steps: list[Priced | Answered | Wished], reasons: list[Suppression | None]
) -> None:
    made = sorted(live([(HOUR, step) for step in steps]), key=lambda each: each.created_at)
    assert [each.suppressed for each in made] == reasons


def test_in_quiet_hours_such_a_life_has_its_suggestion_held() -> None:
    [held] = live([(HOUR, Wished(True, 4, QuietHours(time(15), time(18)), "UTC")), (HOUR, RISE)])
    assert held.held_until == datetime(2024, 1, 10, 18, tzinfo=UTC)
    assert held.status(held.created_at) is SuggestionStatus.HELD
