"""Nobody is sent more in a week than they want, whatever is decided at once, released, or sent late and again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.domain.preferences import QuietHours
from tests.unit.services.life import HOUR, MINUTE, Life
from tests.unit.services.steps import Decided, Mood, Sent, Wished

if TYPE_CHECKING:
    from tests.unit.services.steps import Steps

SIESTA = QuietHours(time(12), time(18))


class AlwaysRoom:
    """Places without end: what there was before anybody took one."""

    def take(self, user_id: str, suggestion_id: str, at: datetime, cap: int) -> bool:
        return True


class KeptPlaces:
    """Places that a suggestion keeps whatever the cap is when its message goes out."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def take(self, user_id: str, suggestion_id: str, at: datetime, cap: int) -> bool:
        has_room = suggestion_id in self.taken or len(self.taken) < cap
        self.taken |= {suggestion_id} if has_room else set()
        return has_room


DECIDED = st.builds(
    Decided, st.lists(st.sampled_from(["16.60", "17.00", "17.25"]), max_size=3).map(tuple), st.booleans()
)
MOODS = st.lists(
    st.sampled_from([Mood.SENT, Mood.SENT, Mood.AWAY, Mood.NO_CONTACT, Mood.UNCERTAIN]), min_size=1, max_size=6
)
SENT = st.builds(Sent, MOODS.map(tuple), st.booleans())
WISHED = st.builds(Wished, weekly_cap=st.integers(0, 4), quiet_hours=st.sampled_from([None, SIESTA]))
WAITS = st.sampled_from([timedelta(minutes=1), HOUR, 3 * HOUR, 23 * HOUR])
LIVES = st.lists(st.tuples(WAITS, st.one_of(DECIDED, DECIDED, DECIDED, SENT, SENT, WISHED)), min_size=8, max_size=60)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(LIVES)
def test_no_life_has_more_messages_in_a_week_than_its_owner_wants(steps: Steps) -> None:
    Life().live(steps)


RISE, SEND = Decided(("17.25",) * 3), Sent((Mood.SENT,) * 6)
ONCE = Wished(weekly_cap=1)
AT_ONCE: Steps = [(HOUR, ONCE), (HOUR, RISE), (HOUR, SEND)]
RELEASED: Steps = [
    (HOUR, Wished(weekly_cap=1, quiet_hours=SIESTA)),
    (HOUR / 2, Decided(("17.25",))),
    (1.5 * HOUR, Decided(("17.25", "17.25"), releases=True)),
    (HOUR, SEND),
]
LOWERED: Steps = [
    (HOUR, Decided(("17.25",))),
    (MINUTE, Sent((Mood.AWAY,))),
    (MINUTE, Wished(weekly_cap=0)),
    (MINUTE, SEND),
]


@pytest.mark.parametrize(("steps", "messages"), [(AT_ONCE, 1), (RELEASED, 1), (LOWERED, 0)])
def test_without_places_such_lives_have_one_message_too_many(steps: Steps, messages: int) -> None:
    assert len(Life().live(steps).went_out) == messages
    with pytest.raises(AssertionError, match="beyond the cap"):
        Life(pacing=AlwaysRoom()).live(steps)


def test_with_places_that_are_kept_whoever_lowers_their_most_has_one_message_too_many() -> None:
    with pytest.raises(AssertionError, match="beyond the cap"):
        Life(pacing=KeptPlaces()).live(LOWERED)
