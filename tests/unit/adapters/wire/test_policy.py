from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.wire.policy import policy_rules_from_json, policy_rules_to_json
from divisa.domain.errors import InvalidSetting
from divisa.domain.policy import PolicyRules

DURATIONS = st.timedeltas(timedelta(microseconds=1), timedelta(days=1))
RULES = st.builds(
    PolicyRules,
    cooldown=st.timedeltas(timedelta(0), timedelta(days=365)),
    lifetime=DURATIONS,
    max_quote_age=DURATIONS,
    min_amount=st.decimals("0.01", 100, places=2),
    max_amount=st.decimals(100, 10**9, places=2),
    max_spread=st.floats(1e-9, 1),
    max_model_age=st.none() | DURATIONS,
    min_propensity_buy=st.floats(0, 1),
    min_propensity_sell=st.floats(0, 1),
    min_effect=st.none() | st.floats(-1, 1),
    min_gain=st.none() | st.floats(-1, 1),
    contradiction=st.timedeltas(timedelta(0), timedelta(days=365)),
    holdout_share=st.floats(0, 0.99),
)


@given(RULES)
def test_a_document_gives_its_rules_back(rules: PolicyRules) -> None:
    assert policy_rules_from_json(policy_rules_to_json(rules)) == rules


def test_what_is_left_out_has_its_default() -> None:
    assert policy_rules_from_json("{}") == PolicyRules()
    document = '{"cooldown": "P2DT12H", "min_amount": "10.50", "min_gain": null, "max_model_age": "P30D"}'
    assert policy_rules_from_json(document) == PolicyRules(
        cooldown=timedelta(hours=60), min_amount=Decimal("10.50"), min_gain=None, max_model_age=timedelta(days=30)
    )


@pytest.mark.parametrize(
    ("document", "knob", "problem"),
    [
        ("", "policy", "is no JSON object"),
        ("[]", "policy", "is no JSON object"),
        ("null", "policy", "is no JSON object"),
        ('{"cooldown": "PT1H"', "policy", "is no JSON object"),
        ('{"cool_down": "PT1H"}', "cool_down", "is no knob"),
        ('{"cooldown": 72}', "cooldown", "Expected `duration`, got `int`"),
        ('{"cooldown": "72h"}', "cooldown", "Invalid ISO8601 duration"),
        ('{"cooldown": "-PT1H"}', "cooldown", "is not between"),
        ('{"max_spread": "0.5 %"}', "max_spread", "Expected `float`, got `str`"),
        ('{"max_spread": 50}', "max_spread", "is not above 0 and at most 1"),
        ('{"max_spread": null}', "max_spread", "Expected `float`, got `null`"),
        ('{"holdout_share": 1e999}', "holdout_share", "out of range"),
        ('{"min_amount": "ten"}', "min_amount", "Invalid decimal"),
        ('{"min_amount": "NaN"}', "min_amount", "is no amount between 0.01 and 1000000000"),
        ('{"min_amount": "1E+30", "max_amount": "1E+30"}', "min_amount", "is no amount between 0.01 and 1000000000"),
        ('{"min_amount": "20", "max_amount": "10"}', "max_amount", "is no amount between min_amount and 1000000000"),
    ],
)
def test_a_document_that_is_wrong_is_refused_by_the_name_of_the_knob(document: str, knob: str, problem: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        policy_rules_from_json(document)
    assert refused.value.name == knob
    assert problem in str(refused.value)
