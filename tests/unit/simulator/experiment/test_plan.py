from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from divisa.domain.errors import InvalidSetting
from simulator.experiment.plan import Experiment


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("users", {"users": 0}),
        ("told_from", {"told_from": date(2008, 2, 1)}),
        ("end", {"end": date(2018, 1, 1)}),
        ("messages_a_year", {"messages_a_year": 0.0}),
        ("messages_a_year", {"messages_a_year": float("nan")}),
        ("training_rows", {"training_rows": 0}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting, match=name):
        Experiment(**values)
