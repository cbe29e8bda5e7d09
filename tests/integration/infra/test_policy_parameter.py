"""The parameter of the policy as it is deployed, and who may read it."""

from __future__ import annotations

from typing import Any

import pytest

from divisa.adapters.wire.policy import policy_rules_from_json
from divisa.domain.policy import PolicyRules
from tests.integration.infra.template import ASKING, FUNCTIONS, as_list, of_type, statements

pytestmark = pytest.mark.integration


def test_production_begins_with_the_defaults_of_the_code(templates: dict[str, dict[str, Any]]) -> None:
    parameter = templates["prod"]["Resources"]["PolicyParameter"]["Properties"]
    assert (parameter["Name"], parameter["Type"]) == ("/divisa/prod/policy", "String")
    assert policy_rules_from_json(parameter["Value"]) == PolicyRules()


def test_who_decides_is_told_of_the_parameter_and_may_read_it(templates: dict[str, dict[str, Any]]) -> None:
    resources = templates["prod"]["Resources"]
    functions, roles = of_type(resources, "Lambda::Function"), of_type(resources, "IAM::Role")
    told = {name: functions[f"{name}LambdaFunction"]["Environment"]["Variables"] for name in FUNCTIONS}
    may = {
        name
        for name in FUNCTIONS
        for statement in statements(roles[f"{name}Role"])
        if "ssm:GetParameter" in as_list(statement["Action"]) and "parameter/divisa/prod/policy" in str(statement)
    }
    assert {name for name, variables in told.items() if variables.get("POLICY_PARAMETER")} == set(ASKING) == may
    assert {told[name]["POLICY_PARAMETER"] for name in ASKING} == {"/divisa/prod/policy"}


def test_who_decides_may_read_what_people_were_told_of_late(templates: dict[str, dict[str, Any]]) -> None:
    resources = templates["prod"]["Resources"]
    roles = of_type(resources, "IAM::Role")
    may = {
        name
        for name in FUNCTIONS
        for statement in statements(roles[f"{name}Role"])
        if as_list(statement["Action"]) == ["dynamodb:Query"]
        and "SuggestionsTable.Arn}/index/by_created" in str(statement)
    }
    assert may == set(ASKING)
