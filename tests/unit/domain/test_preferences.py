from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from divisa.domain.pair import Pair
from divisa.domain.preferences import MAX_ALERTS, Alert, Direction, QuietHours, time_zones
from divisa.domain.recipient import Channel, Language, Recipient
from tests.builders import USD_MXN, a_recipient

SERVED = frozenset([USD_MXN, Pair("USD", "BRL")])
EUR = Pair("USD", "EUR")
ALERT = Alert(USD_MXN, Direction.ABOVE, Decimal("17.5"))


def problems(**changes: Any) -> list[str]:
    wishes = replace(Recipient("ana").preferences, **changes)
    return [field for field, problem in wishes.problems(SERVED) if problem]


def test_the_usual_preferences_have_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"time_zone": "America/Mexico_City"}, []),
        ({"time_zone": "america/mexico_city"}, ["time_zone"]),
        ({"time_zone": "America"}, ["time_zone"]),
        ({"time_zone": "Factory"}, ["time_zone"]),
        ({"time_zone": "posix/UTC"}, ["time_zone"]),
        ({"quiet_hours": QuietHours(time(22), time(7))}, []),
        ({"quiet_hours": QuietHours(time(7), time(7))}, ["quiet_hours"]),
        ({"channel_order": (Channel.SMS, Channel.PUSH, Channel.EMAIL)}, []),
        ({"channel_order": (Channel.SMS, Channel.SMS, Channel.EMAIL)}, ["channel_order"]),
        ({"channel_order": (Channel.SMS,), "consent": frozenset([Channel.PUSH])}, ["channel_order"]),
        ({"weekly_cap": 50}, []),
        ({"weekly_cap": 51}, ["weekly_cap"]),
        ({"weekly_cap": -1}, ["weekly_cap"]),
        ({"pairs": frozenset()}, []),
        ({"pairs": SERVED}, []),
        ({"pairs": SERVED | {EUR}}, ["pairs"]),
        ({"alerts": (ALERT, replace(ALERT, direction=Direction.BELOW))}, []),
        ({"alerts": (ALERT, replace(ALERT, price=Decimal("17.50")))}, ["alerts.1"]),
        ({"alerts": (replace(ALERT, pair=EUR),)}, ["alerts.0.pair"]),
        ({"alerts": (replace(ALERT, price=Decimal(0)),)}, ["alerts.0.price"]),
        ({"alerts": tuple(replace(ALERT, price=Decimal(n + 1)) for n in range(MAX_ALERTS))}, []),
        ({"alerts": tuple(replace(ALERT, price=Decimal(n + 1)) for n in range(MAX_ALERTS + 1))}, ["alerts"]),
    ],
)
def test_each_wrong_wish_is_named(changes: dict[str, Any], fields: list[str]) -> None:
    assert problems(**changes) == fields


def test_every_time_zone_that_is_taken_has_a_clock() -> None:
    assert len(time_zones()) > 400
    for name in time_zones():
        ZoneInfo(name)


def test_wishes_change_and_the_person_does_not() -> None:
    ana, wishes = a_recipient(version=3), Recipient("ben", Language.EN, weekly_cap=2).preferences
    changed = ana.with_preferences(wishes)
    assert changed.preferences == wishes
    assert (changed.user_id, changed.phone, changed.email, changed.version) == ("ana", ana.phone, ana.email, 3)
    assert changed.with_preferences(ana.preferences) == ana


def test_who_agreed_to_notifications_may_be_reached_by_them_whatever_their_contacts() -> None:
    assert a_recipient(consent=frozenset([Channel.PUSH]), phone=None, email=None).reachable() == (Channel.PUSH,)
