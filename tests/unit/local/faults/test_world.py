"""The people can be told apart by their contacts, and the clock passes what is awkward about a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice, pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from divisa.adapters.memory.devices import MemoryDevices
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.domain.device import valid_token
from divisa.domain.gate import market_is_open
from divisa.domain.quiet import quiet_until
from divisa.domain.recipient import Channel
from local.faults.world import BACK, DOWN, START, STEP, UP, ZONES, World, devices, moments, people
from tests.builders import a_suggestion
from tests.unit.local.memory_stores import memory_stores

if TYPE_CHECKING:
    from decimal import Decimal

    import pytest

MINUTE = timedelta(minutes=1)


def test_each_contact_belongs_to_one_person_but_for_those_that_reach_nobody() -> None:
    everybody = [person for person, _ in people(500)]
    for contacts in ([each.phone for each in everybody], [each.email for each in everybody]):
        usable = [each for each in contacts if each not in {"12345", "nowhere"}]
        assert len(set(usable)) == len(usable) > 400
    assert {each.time_zone for each in everybody} == set(ZONES)
    assert any(Channel.PUSH in each.consent for each in everybody)
    assert any(not each.consent for each in everybody)


def test_some_have_a_device_of_either_platform_and_none_has_two() -> None:
    owned = list(devices(100))
    assert len({each.user_id for each in owned}) == len({each.token for each in owned}) == len(owned) == 20
    assert len({each.platform for each in owned}) == 2
    assert all(valid_token(each.platform, each.token) == each.token for each in owned)
    consent = {person.user_id: person.consent for person, _ in people(100)}
    assert all(Channel.PUSH in consent[each.user_id] for each in owned)
    assert any(Channel.PUSH in consent[each] for each in consent.keys() - {device.user_id for device in owned})


def test_rounds_are_a_day_apart_and_the_market_is_open_in_them() -> None:
    times = list(islice(moments(), 40))
    assert all(market_is_open(at) and market_is_open(at + timedelta(hours=1)) for at in times)
    assert all(after - before >= STEP for before, after in pairwise(times))


def test_the_first_round_passes_a_midnight_at_which_clocks_go_forward_and_the_third_a_months_end() -> None:
    zone = ZoneInfo("Asia/Jerusalem")
    assert START.astimezone(zone).utcoffset() != (START + MINUTE).astimezone(zone).utcoffset()
    assert START.date() != (START + MINUTE).date()
    assert any(at.month != (at + MINUTE).month for at in islice(moments(), 5))


def test_in_every_round_somebody_sleeps_and_somebody_does_not() -> None:
    nights = [(person.quiet_hours, person.time_zone) for person, _ in people(100)]
    for at in islice(moments(), 20):
        quiet = [quiet_until(hours, zone, at) is not None for hours, zone in nights]
        assert any(quiet)
        assert not all(quiet)


def test_no_step_of_the_price_is_an_outlier_and_the_rule_speaks_at_both_ends() -> None:
    path = [*UP, *DOWN, *BACK, *UP]
    assert all(abs(after / before - 1) < 0.025 for before, after in pairwise(map(float, path)))
    assert max(path) > 1.03
    assert min(path) < 0.97
    assert DOWN[-1] == BACK[0]


def test_a_price_stands_until_everybody_beyond_the_edge_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.faults.world._LOOK_SECONDS", 0.0)
    waiting = [
        replace(a_suggestion(), suggestion_id=f"{number:026x}", user_id=each.user_id, pair=pair)
        for number, (each, pair) in enumerate(people(3))
    ]
    first, *others = waiting
    recorded = MemorySuggestions()
    recorded.insert(first)

    class Stalled(World):
        def price(self, ratio: Decimal) -> None:
            recorded.insert(others.pop(0))

    world = Stalled(replace(memory_stores(), suggestions=recorded), MemoryDevices(), None, "clock")
    world.homes = [(each.user_id, each.pair) for each in waiting]
    assert world.cross(first.side)
    assert others == []
    assert world.due() == {(each.user_id, each.pair, each.side): 1 for each in waiting}

    monkeypatch.setattr("local.faults.world._PATIENCE_SECONDS", 0.0)
    assert not world.cross(first.side)
    assert set(world.due().values()) == {2}
