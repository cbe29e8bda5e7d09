from __future__ import annotations

import numpy as np

from model.matrix import Part
from model.split import HELD_OUT, UNUSED, beginnings, empty, is_held_out, missing, parts_of

STARTS = np.array([60, 72, 82])


def parts(at: list[int], *, held_out: bool, horizon: int = 1) -> list[int]:
    found, _ = parts_of(np.array(at), horizon, STARTS, np.full(len(at), held_out))
    return [int(part) for part in found]


def test_stretches_of_time_follow_each_other() -> None:
    assert beginnings(np.arange(100)).tolist() == [60, 72, 82]
    assert beginnings(np.array([7, 8])).tolist() == [9, 9, 9]


def test_held_out_users_are_judged_late_and_used_for_nothing_else() -> None:
    assert parts([0, 60, 72, 82], held_out=True) == [UNUSED, UNUSED, UNUSED, Part.TEST]
    assert parts([0, 60, 72, 82], held_out=False) == [Part.FIT, Part.CALIBRATE, Part.VALIDATE, UNUSED]


def test_a_row_whose_label_reaches_into_the_next_part_is_in_none() -> None:
    assert parts([57, 58, 59, 60], held_out=False, horizon=2) == [Part.FIT, Part.FIT, UNUSED, Part.CALIBRATE]

    _, reaching = parts_of(np.array([57, 59, 80, 81]), 2, STARTS, np.array([False, False, True, False]))
    assert reaching.tolist() == [False, True, False, True]  # the third is in no part anyway


def test_the_same_share_of_users_is_held_out_in_every_run() -> None:
    held_out = [is_held_out(f"user-{number}") for number in range(5000)]

    assert abs(np.mean(held_out) - HELD_OUT) < 0.02
    assert held_out == [is_held_out(f"user-{number}") for number in range(5000)]


def test_a_part_without_a_class_is_named() -> None:
    parts, labels = np.repeat([0, 1, 2, 3], 3).astype(np.int8), np.tile([0, 1, 2], 4).astype(np.int8)

    assert missing(parts, labels, ("HOLD", "BUY", "SELL")) is None
    assert missing(parts[:-1], labels[:-1], ("HOLD", "BUY", "SELL")) == "no SELL among the rows that test"


def test_to_judge_takes_rows_before_and_rows_of_who_is_held_out() -> None:
    assert empty(np.array([Part.FIT, Part.TEST], dtype=np.int8), (Part.FIT, Part.TEST)) is None
    assert empty(np.array([Part.FIT, Part.VALIDATE], dtype=np.int8), (Part.FIT, Part.TEST)) == "no rows that test"
