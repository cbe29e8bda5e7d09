from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.pacing import KEPT, WEEK, with_place
from tests.builders import WEDNESDAY

if TYPE_CHECKING:
    from divisa.domain.pacing import Places

HOURS = timedelta(hours=1)
TAKES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 24), st.sampled_from("abcdefghijklmnop")), max_size=60)
"""Hours since the last one, hours that it comes too late, and which suggestion it is."""


def fullest_week(taken: list[datetime]) -> int:
    return max((sum(end - WEEK < at <= end for at in taken) for end in taken), default=0)


@given(TAKES, st.integers(0, 4))
def test_no_week_has_more_places_than_its_cap_though_moments_come_up_to_a_day_late(
    takes: list[tuple[int, int, str]], cap: int
) -> None:
    places: Places = {}
    now, taken = WEDNESDAY, dict[str, datetime]()
    for waits, late, suggestion_id in takes:
        now += waits * HOURS
        if suggestion_id in taken and now - taken[suggestion_id] >= timedelta(days=1):
            continue  # a suggestion lives for a day at most
        after = with_place(places, suggestion_id, now - late * HOURS, cap)
        if after is not None:
            places, taken[suggestion_id] = after, after[suggestion_id]
    assert fullest_week(list(taken.values())) <= cap


def test_what_counts_no_more_is_forgotten_a_day_later() -> None:
    places = with_place({}, "first", WEDNESDAY, 2)
    assert places == {"first": WEDNESDAY}
    assert with_place(places, "second", WEDNESDAY + KEPT - HOURS, 2) == {
        "first": WEDNESDAY,
        "second": WEDNESDAY + KEPT - HOURS,
    }
    assert with_place(places, "second", WEDNESDAY + KEPT, 2) == {"second": WEDNESDAY + KEPT}
