from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from model.judging.segments import FREQUENT_FROM, NEW_UNTIL, segments

if TYPE_CHECKING:
    from model.matrix import TrainingMatrix


def test_everybody_is_new_rare_or_frequent_and_newcomers_are_new(rows: TrainingMatrix) -> None:
    found = segments(rows)

    assert (found["new"].astype(int) + found["rare"] + found["frequent"] == 1).all()
    assert (found["newcomer"] <= found["new"]).all()
    assert rows.trades[found["new"]].max() == NEW_UNTIL
    assert rows.features[found["frequent"], rows.feature_names.index("activity")].min() >= FREQUENT_FROM


def test_each_pair_and_each_group_is_a_segment_and_who_is_in_no_group_is_in_none(rows: TrainingMatrix) -> None:
    found = segments(rows)

    assert {name for name in found if " " in name} == {
        "pair USD/BRL",
        "pair USD/MXN",
        "group contrarian",
        "group dormant",
        "group saver",
    }
    assert sum(int(mask.sum()) for name, mask in found.items() if name.startswith("group")) == (rows.groups >= 0).sum()


def test_a_segment_that_is_empty_is_not_there(rows: TrainingMatrix) -> None:
    assert "newcomer" not in segments(replace(rows, trades=np.full_like(rows.trades, 9)))
