from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest

from divisa.domain.errors import InvalidSetting
from divisa.domain.policy import PolicyRules


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("cooldown", timedelta(-1)),
        ("cooldown", timedelta(days=366)),
        ("contradiction", timedelta(-1)),
        ("lifetime", timedelta(0)),
        ("lifetime", timedelta(days=2)),
        ("max_quote_age", timedelta(0)),
        ("max_quote_age", timedelta(days=2)),
        ("max_model_age", timedelta(0)),
        ("min_amount", Decimal(0)),
        ("min_amount", Decimal("0.0099")),
        ("min_amount", Decimal("NaN")),
        ("min_amount", Decimal("sNaN")),
        ("min_amount", Decimal("1E+30")),
        ("max_amount", Decimal(9)),
        ("max_amount", Decimal("1000000000.01")),
        ("max_amount", Decimal("Infinity")),
        ("max_spread", 0.0),
        ("max_spread", 1.1),
        ("max_spread", nan),
        ("min_propensity_buy", -0.1),
        ("min_propensity_sell", 1.1),
        ("min_effect", 1.1),
        ("min_effect", nan),
        ("min_gain", inf),
        ("min_gain", nan),
        ("holdout_share", 1.0),
        ("holdout_share", -0.1),
    ],
)
def test_a_knob_out_of_its_range_is_refused_by_its_name(knob: str, value: object) -> None:
    change: dict[str, Any] = {knob: value}
    with pytest.raises(InvalidSetting) as refused:
        PolicyRules(**change)
    assert refused.value.name == knob


def test_the_ends_of_the_ranges_are_allowed() -> None:
    PolicyRules(
        cooldown=timedelta(0),
        contradiction=timedelta(days=365),
        lifetime=timedelta(days=1),
        max_quote_age=timedelta(days=1),
        max_model_age=timedelta(seconds=1),
        min_amount=Decimal("0.01"),
        max_amount=Decimal("0.01"),
        max_spread=1.0,
        min_propensity_buy=1.0,
        min_effect=1.0,
        min_gain=-1.0,
        holdout_share=0.0,
    )
