from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from divisa.adapters.aws.policy_source import REREAD, SsmPolicySource
from divisa.domain.errors import InvalidSetting, StoreUnavailable
from divisa.domain.policy import PolicyRules
from tests.unit.adapters.aws.failing import Scripted, client_error

if TYPE_CHECKING:
    from collections.abc import Sequence

GONE = ReadTimeoutError(endpoint_url="http://127.0.0.1")
NAME = "/divisa/test/policy"


def answer(text: str) -> dict[str, Any]:
    return {"Parameter": {"Value": text}}


GOOD, BETTER = answer('{"max_spread": 0.01}'), answer('{"max_spread": 0.02}')
BROKEN = answer('{"max_spread": "wide"}')
MISSING = client_error("ParameterNotFound", 400)


class Policy:
    """A source whose parameter answers step by step, the passing time and what was reported."""

    def __init__(self, steps: Sequence[Any]) -> None:
        client: Any = Scripted(*steps)
        self.client = client
        self.seconds = 1000.0
        self.reported: list[str] = []
        self.source = SsmPolicySource(self.client, NAME, self.reported.append, seconds=lambda: self.seconds)

    def spread_later(self) -> float:
        self.seconds += REREAD
        return self.source.current().max_spread


def test_it_is_read_once_a_minute() -> None:
    policy = Policy([GOOD, BETTER])
    assert policy.source.current() == PolicyRules(max_spread=0.01)
    policy.seconds += REREAD - 1
    assert policy.source.current().max_spread == 0.01
    assert policy.client.calls == [{"Name": NAME}]
    policy.seconds += 1
    assert policy.source.current().max_spread == 0.02
    assert policy.reported == []


@pytest.mark.parametrize("trouble", [BROKEN, GONE, MISSING])
def test_the_last_good_rules_count_while_the_newest_cannot_be_taken_and_it_is_reported(trouble: Any) -> None:
    policy = Policy([GOOD, trouble, trouble, BETTER])
    assert [policy.spread_later() for _ in range(4)] == [0.01, 0.01, 0.01, 0.02]
    assert len(policy.reported) == 2
    assert policy.client.calls == [{"Name": NAME}] * 4


def test_a_broken_change_is_reported_by_its_knob() -> None:
    policy = Policy([GOOD, BROKEN])
    policy.spread_later()
    policy.spread_later()
    [problem] = policy.reported
    assert problem.startswith("max_spread: Expected `float`")


def test_what_cannot_be_taken_is_not_asked_for_at_every_turn() -> None:
    policy = Policy([GOOD, BROKEN])
    policy.spread_later()
    assert [policy.spread_later(), policy.source.current().max_spread] == [0.01, 0.01]
    assert len(policy.client.calls) == 2


def test_rules_that_are_wrong_from_the_start_stop_by_the_name_of_the_knob() -> None:
    policy = Policy([BROKEN])
    with pytest.raises(InvalidSetting) as caught:
        policy.source.current()
    assert caught.value.name == "max_spread"
    assert policy.reported == []


def test_a_parameter_that_does_not_exist_is_a_setting_that_is_wrong() -> None:
    with pytest.raises(InvalidSetting, match=f"{NAME}: there is no such parameter"):
        Policy([MISSING]).source.current()


def test_rules_that_were_never_read_are_unavailable() -> None:
    with pytest.raises(StoreUnavailable, match=NAME) as caught:
        Policy([GONE]).source.current()
    assert caught.value.__cause__ is GONE
