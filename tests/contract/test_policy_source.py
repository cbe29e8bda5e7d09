from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.policy_source import REREAD, SsmPolicySource
from divisa.adapters.memory.policy_source import MemoryPolicySource
from divisa.adapters.wire.policy import policy_rules_to_json
from divisa.domain.policy import PolicyRules

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import PolicySource
    from tests.ministack import BareMiniStack

RULES = PolicyRules(cooldown=timedelta(hours=7, microseconds=1), min_amount=Decimal("10.50"), min_gain=None)


class Changeable(NamedTuple):
    """A source of rules, and what changes them and lets a minute pass."""

    source: PolicySource
    change: Callable[[PolicyRules], None]


@pytest.fixture
def policy(side: str, request: pytest.FixtureRequest) -> Changeable:
    if side == "memory":
        memory = MemoryPolicySource(RULES)
        return Changeable(memory, memory.change)
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    name, ssm, passed = f"/contract/{uuid.uuid4().hex[:12]}/policy", cloud.client("ssm"), [0.0]

    def change(rules: PolicyRules) -> None:
        ssm.put_parameter(Name=name, Value=policy_rules_to_json(rules), Type="String", Overwrite=True)
        passed[0] += REREAD

    change(RULES)
    client = clients.ssm()
    request.addfinalizer(client.close)
    return Changeable(SsmPolicySource(client, name, pytest.fail, seconds=lambda: passed[0]), change)


def test_the_rules_are_those_that_were_set(policy: Changeable) -> None:
    assert policy.source.current() == RULES
    assert policy.source.current() == RULES


def test_a_change_is_followed_within_a_minute(policy: Changeable) -> None:
    assert policy.source.current() == RULES
    other = replace(RULES, max_spread=0.25, max_model_age=timedelta(days=30))
    policy.change(other)
    assert policy.source.current() == other
