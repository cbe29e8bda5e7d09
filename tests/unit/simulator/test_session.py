from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulator.session import is_open, midnight, trading_seconds, weekly_sessions


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2024, 1, 4), 24),
        (date(2024, 1, 5), 22),  # winter: 17:00 in New York is 22:00 UTC
        (date(2024, 7, 5), 21),
        (date(2024, 7, 6), 0),
        (date(2024, 7, 7), 0),
    ],
)
def test_users_look_while_the_market_of_a_weekday_is_open(day: date, hours: int) -> None:
    assert trading_seconds(day) == hours * 3600


def test_the_week_opens_on_sunday_evening_and_closes_on_friday_evening_in_new_york() -> None:
    sessions = weekly_sessions(date(2024, 1, 1), date(2024, 1, 14))
    friday, sunday = midnight(date(2024, 1, 5)), midnight(date(2024, 1, 7))
    moments = np.array([friday + 22 * 3600 - 1, friday + 22 * 3600, sunday + 22 * 3600 - 1, sunday + 22 * 3600])

    assert is_open(moments, sessions).tolist() == [True, False, False, True]
