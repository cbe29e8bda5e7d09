"""The document of the policy's knobs in serverless.yml says what the code's defaults say."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
import yaml

from divisa.adapters.wire.policy import policy_rules_from_json
from divisa.domain.policy import PolicyRules
from local.home import ROOT

KNOBS = [field.name for field in fields(PolicyRules)]


class Template(yaml.SafeLoader):
    """YAML in which CloudFormation's functions mean nothing."""


def nothing(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> None:
    return None


Template.add_multi_constructor("!", nothing)
STAGES: dict[str, Any] = yaml.load((ROOT / "serverless.yml").read_text(encoding="utf-8"), Template)["params"]  # noqa: S506


def test_a_stage_begins_with_the_defaults_of_the_code() -> None:
    assert policy_rules_from_json(STAGES["default"]["policy"]) == PolicyRules()


def test_the_laptop_differs_in_nothing_but_the_gain_and_the_holdout() -> None:
    laptop = policy_rules_from_json(STAGES["local"]["policy"])
    assert laptop == replace(PolicyRules(), min_gain=None, holdout_share=0.0)


def test_no_other_stage_has_knobs_of_its_own() -> None:
    assert {stage for stage, values in STAGES.items() if "policy" in (values or {})} == {"default", "local"}


@pytest.mark.parametrize("stage", ["default", "local"])
def test_every_knob_is_there_to_be_seen_and_changed(stage: str) -> None:
    document = STAGES[stage]["policy"]
    assert list(json.loads(document)) == KNOBS
    assert len(document) < 4096  # Characters that a parameter of the standard tier may have.
