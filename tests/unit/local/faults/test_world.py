"""The people can be told apart by their contacts, and the clock passes what is awkward about a calendar."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from divisa.domain.gate import market_is_open
from divisa.domain.quiet import quiet_until
from divisa.domain.recipient import Channel
from local.faults.world import BACK, DOWN, START, STEP, UP, ZONES, moments, people

MINUTE = timedelta(minutes=1)


def test_each_contact_belongs_to_one_person_but_for_those_that_reach_nobody() -> None:
    everybody = [person for person, _ in people(500)]
    for contacts in ([each.phone for each in everybody], [each.email for each in everybody]):
        usable = [each for each in contacts if each not in {"12345", "nowhere"}]
        assert len(set(usable)) == len(usable) > 400
    assert {each.time_zone for each in everybody} == set(ZONES)
    assert any(Channel.PUSH in each.consent for each in everybody)
    assert any(not each.consent for each in everybody)


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
