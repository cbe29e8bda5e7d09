from __future__ import annotations

import numpy as np

from model.matrix import Part
from model.split import HELD_OUT, UNUSED, is_held_out, missing, parts_of, stretch_of


def test_stretches_of_time_follow_each_other() -> None:
    stretch = stretch_of(np.arange(100))

    assert (np.diff(stretch) >= 0).all()
    assert np.bincount(stretch).tolist() == [60, 12, 10, 18]


def test_held_out_users_are_judged_late_and_used_for_nothing_else() -> None:
    stretch = np.array([0, 1, 2, 3], dtype=np.int8)

    assert parts_of(stretch, np.full(4, True)).tolist() == [UNUSED, UNUSED, UNUSED, Part.TEST]
    assert parts_of(stretch, np.full(4, False)).tolist() == [Part.FIT, Part.CALIBRATE, Part.VALIDATE, UNUSED]


def test_the_same_share_of_users_is_held_out_in_every_run() -> None:
    held_out = [is_held_out(f"user-{number}") for number in range(5000)]

    assert abs(np.mean(held_out) - HELD_OUT) < 0.02
    assert held_out == [is_held_out(f"user-{number}") for number in range(5000)]


def test_a_part_without_a_class_is_named() -> None:
    parts, labels = np.repeat([0, 1, 2, 3], 3).astype(np.int8), np.tile([0, 1, 2], 4).astype(np.int8)

    assert missing(parts, labels, ("HOLD", "BUY", "SELL")) is None
    assert missing(parts[:-1], labels[:-1], ("HOLD", "BUY", "SELL")) == "no SELL among the rows that test"
