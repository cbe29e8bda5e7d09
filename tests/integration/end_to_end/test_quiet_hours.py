"""What a night holds back is told in the morning at the morning's price, once, or dropped with a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.preferences import QuietHours
from divisa.domain.suggestion import SuggestionResponse, SuggestionStatus, Suppression
from divisa.domain.transaction import Side
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Suggestion
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)


def decided_at(world: World, mid: str) -> Quote:
    world.publish(quote := world.quote(mid))
    world.cloud.settle()
    return quote


def released_twice(world: World) -> None:
    """Let the release run twice, and whatever comes of it go all the way."""
    world.cloud.run(world.cloud.deployment.release_function_name, times=2)
    world.cloud.settle()


def a_sleeper(world: World, name: str = "user") -> Recipient:
    """Somebody for whom it is night until the end of the hour after this."""
    now = world.cloud.now()
    quiet = QuietHours((now - HOUR).time().replace(microsecond=0, second=0), _end_of_night(world).time())
    return world.person(name, cost="16.00", quiet_hours=quiet, time_zone="UTC")


def _end_of_night(world: World) -> datetime:
    return (world.cloud.now() + 2 * HOUR).replace(minute=0, second=0, microsecond=0)


def held(world: World) -> Suggestion:
    [suggestion] = world.suggestions()
    assert suggestion.status(world.cloud.now()) is SuggestionStatus.HELD
    return suggestion


def causes(world: World, suggestion: Suggestion) -> list[str]:
    """Why a suggestion was decided about, each time, as `divisa explain` has it from the log."""
    answer = subprocess.run(
        [sys.executable, "-m", "local.cli", "explain", suggestion.suggestion_id, "--json"],
        env={**os.environ, "DIVISA_HOME": str(world.cloud.home), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(answer.stdout)
    return [each["decision"]["cause"] for each in (found, *found["looked_at_again"])]


def test_a_night_is_quiet_and_its_suggestion_is_told_in_the_morning_at_the_new_price_once(world: World) -> None:
    sleeper, morning = a_sleeper(world), _end_of_night(world)
    cloud = world.cloud
    bookmark = cloud.bookmark()
    decided_at(world, "16.60")
    released_twice(world)

    kept = held(world)
    assert (kept.side, kept.held_until, kept.channels) == (Side.SELL, morning, ())
    assert world.messages(sleeper) == []

    cloud.pass_time(morning - cloud.now())
    released_twice(world)
    assert held(world) == kept, "there is no live price yet"

    last = decided_at(world, "16.80")
    eventually(lambda: not world.suggestions()[0].is_held, "it is released")
    cloud.settle()
    released_twice(world)

    [told] = world.suggestions()
    assert (told.suggestion_id, told.suppressed, told.held_until) == (kept.suggestion_id, None, None)
    assert (told.price, told.quote_sequence) == (last.bid, last.sequence)
    [message] = world.messages(sleeper)
    assert "16.79" in message.text
    assert world.books().open == []
    assert causes(world, kept) == ["broken", "release"]

    announced = world.counted(cloud.deployment.outbox_function_name)["SuggestionsAnnounced"]
    assert world.stores.suggestions.answer(
        sleeper.user_id, told.suggestion_id, SuggestionResponse.ACCEPTED, cloud.now()
    )
    cloud.settle()
    time.sleep(1)
    assert world.counted(cloud.deployment.outbox_function_name)["SuggestionsAnnounced"] == announced

    cloud.rewind(bookmark)
    cloud.settle()
    released_twice(world)
    assert world.messages(sleeper) == [message]


def test_what_is_no_longer_true_in_the_morning_is_dropped_and_nobody_hears_of_it(world: World) -> None:
    sleeper, morning = a_sleeper(world), _end_of_night(world)
    decided_at(world, "16.60")
    kept = held(world)

    world.cloud.pass_time(morning - world.cloud.now())
    decided_at(world, "16.33")
    eventually(lambda: not world.suggestions()[0].is_held, "it is dropped")
    world.cloud.settle()

    [dropped] = world.suggestions()
    assert (dropped.suggestion_id, dropped.suppressed) == (kept.suggestion_id, Suppression.NOT_NOW)
    assert (dropped.held_until, dropped.price) == (morning, kept.price)
    assert world.messages(sleeper) == []
    assert world.books().open == []


def test_who_is_awake_is_told_at_once(world: World) -> None:
    a_sleeper(world, "sleeper")
    awake = world.person("awake", cost="16.00")
    decided_at(world, "16.60")
    assert len(world.messages(awake)) == 1
    assert [each.is_held for each in world.suggestions()].count(True) == 1
