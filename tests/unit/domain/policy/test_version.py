from __future__ import annotations

import pytest

from divisa.domain.policy import KNOB_NAMES, RULES, RULES_HASH
from divisa.domain.policy.version import hash_of_rules

NAMES = [rule.name for rule in RULES]


def test_the_hash_is_of_the_rules_and_knobs_of_this_code() -> None:
    assert hash_of_rules(NAMES, KNOB_NAMES) == RULES_HASH


@pytest.mark.parametrize(
    ("rules", "knobs"),
    [
        (NAMES[:-1], KNOB_NAMES),
        ([*NAMES, "weather"], KNOB_NAMES),
        (NAMES[::-1], KNOB_NAMES),
        (NAMES, KNOB_NAMES[1:]),
        (NAMES, [*KNOB_NAMES, "min_humidity"]),
        ([*NAMES, KNOB_NAMES[0]], KNOB_NAMES[1:]),
    ],
)
def test_another_table_or_other_knobs_have_another_hash(rules: list[str], knobs: list[str]) -> None:
    assert hash_of_rules(rules, knobs) != RULES_HASH
