from __future__ import annotations

import numpy as np
import pytest

from simulator.draws import Draws
from simulator.population import Kind, population
from simulator.readers import LATE, OPT_OUT, PULL, RECOVERY_DAYS, TIRING, Readers, listening, moved, pulled

INDEX = np.arange(20_000)
EVERYBODY = np.ones(len(INDEX), dtype=np.bool_)


def test_a_message_adds_to_the_logit_of_its_side_and_takes_of_the_rest_alike() -> None:
    p, other = np.array([0.02, 0.3, 0.9]), np.array([0.5, 0.1, 0.05])
    one, two = moved(p, other, np.full(3, 0.7))
    rest, rest_after = 1 - p - other, 1 - one - two
    assert np.log(one / rest_after) - np.log(p / rest) == pytest.approx(0.7)
    assert two / rest_after == pytest.approx(other / rest)


def test_no_pull_moves_nothing() -> None:
    p, other = np.array([0.2]), np.array([0.3])
    one, two = moved(p, other, np.zeros(1))
    assert (one[0], two[0]) == (pytest.approx(0.2), pytest.approx(0.3))


def test_readers_differ_and_none_does_the_contrary() -> None:
    readers = Readers.drawn(INDEX, Draws(1))
    assert readers.pull.mean() == pytest.approx(PULL, abs=0.02)
    assert readers.pull.min() == 0.0
    assert (Readers.drawn(INDEX[7:9], Draws(1)).pull == readers.pull[7:9]).all()


def test_readers_tire_with_messages_and_recover_with_time() -> None:
    readers = Readers.drawn(INDEX, Draws(1))
    fresh = readers.logits.copy()
    readers.read(EVERYBODY, 19_000, Draws(1))
    assert readers.logits == pytest.approx(fresh * np.exp(-TIRING))
    readers.rest(int(RECOVERY_DAYS))
    assert readers.logits == pytest.approx(fresh * np.exp(-TIRING / 2))


def test_some_have_had_enough_and_the_more_the_more_they_were_told() -> None:
    readers, told = Readers.drawn(INDEX, Draws(1)), INDEX % 2 == 0
    enough = readers.read(told, 19_000, Draws(1))
    assert enough[told].mean() == pytest.approx(OPT_OUT, rel=0.3)
    assert not enough[~told].any()
    readers.messages[:] = 9.0
    assert readers.read(EVERYBODY, 19_001, Draws(1)).mean() == pytest.approx(10 * OPT_OUT, rel=0.1)


def test_some_messages_are_read_a_day_late_and_of_whom_changes_from_day_to_day() -> None:
    readers = Readers.drawn(INDEX, Draws(1))
    today, tomorrow = readers.late(19_000, Draws(1)), readers.late(19_001, Draws(1))
    assert today.mean() == pytest.approx(LATE, rel=0.1)
    assert (today & tomorrow).mean() == pytest.approx(LATE**2, rel=0.2)


def test_a_message_pulls_to_its_side_and_none_to_neither() -> None:
    p_buy, p_sell = np.full(3, 0.2), np.full(3, 0.1)
    buys, sells = pulled(p_buy, p_sell, np.array([1, -1, 0]), np.full(3, 0.7))
    assert (buys[0], sells[0]) == (
        moved(p_buy, p_sell, np.full(3, 0.7))[0][0],
        moved(p_buy, p_sell, np.full(3, 0.7))[1][0],
    )
    assert buys[1] < 0.2
    assert sells[1] > 0.1
    assert (buys[2], sells[2]) == (pytest.approx(0.2), pytest.approx(0.1))


def test_who_trades_by_a_calendar_may_be_deaf_to_messages_about_a_price() -> None:
    users = population(INDEX, pairs=1, draws=Draws(1))
    plain, deaf = (Readers.drawn(INDEX, Draws(1), listening(users, share)) for share in (0.0, 0.75))

    by_calendar = np.isin(users.kind, [Kind.PAYDAY_SELLER, Kind.TARGET_SAVER, Kind.DORMANT])
    assert (plain.pull == Readers.drawn(INDEX, Draws(1)).pull).all()
    assert (deaf.pull[~by_calendar] == plain.pull[~by_calendar]).all()
    assert deaf.pull[by_calendar] == pytest.approx(plain.pull[by_calendar] / 4)
    assert 0.3 < by_calendar.mean() < 0.5
