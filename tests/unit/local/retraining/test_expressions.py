from __future__ import annotations

from typing import Any

import pytest

from local.retraining.conditions import all_hold
from local.retraining.errors import RetrainingFailed
from local.retraining.expressions import Known, resolve

KNOWN = Known(
    parameters={"Seed": 7, "Limit": 0.02},
    steps={"Train": {"ModelArtifacts": {"S3ModelArtifacts": "s3://m"}, "Outputs": {"a.b": "never"}}},
    files={("Evaluate", "Evaluation"): {"ece": 0.01, "nothing": None, "drift": {"largest": 0.3}}},
)


def value_of(expression: Any) -> Any:
    return resolve(expression, KNOWN.lookup("run-1"))


def said(path: str) -> dict[str, Any]:
    file = {"Get": "Steps.Evaluate.PropertyFiles.Evaluation"}
    return {"Std:JsonGet": {"PropertyFile": file, "Path": path}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Get": "Parameters.Seed"}, 7),
        ({"Get": "Execution.PipelineExecutionId"}, "run-1"),
        ({"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}, "s3://m"),
        (said("drift.largest"), 0.3),
        ({"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Parameters.Seed"}]}}, "s3://7"),
        ({"a": [{"b": {"Get": "Parameters.Seed"}}, 1, None]}, {"a": [{"b": 7}, 1, None]}),
        ({}, {}),
    ],
)
def test_an_expression_is_worth_what_it_names(expression: Any, value: Any) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        {"Get": "Parameters.Other"},
        {"Get": "Steps.Judge.ModelArtifacts"},
        {"Get": "Loops.Item"},
        said("drift.smallest"),
        said("ece.of"),
    ],
)
def test_what_there_is_not_is_named(expression: Any) -> None:
    with pytest.raises(RetrainingFailed, match="names what there is not"):
        value_of(expression)


def test_a_function_that_the_laptop_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(RetrainingFailed, match="does not know Std:Split"):
        value_of({"Std:Split": {"On": "/"}})


def compared(kind: str, left: Any, right: Any) -> bool:
    return all_hold([{"Type": kind, "LeftValue": left, "RightValue": right}], KNOWN.lookup(""))


def test_conditions_compare_values_that_are_known_by_then() -> None:
    limit = {"Get": "Parameters.Limit"}

    assert compared("LessThanOrEqualTo", said("ece"), limit)
    assert not compared("LessThan", said("drift.largest"), limit)
    assert compared("LessThanOrEqualTo", 0.02, limit)
    assert not compared("LessThan", 0.02, limit)
    assert compared("GreaterThan", 1, 0)
    assert compared("GreaterThanOrEqualTo", 1, 1)
    assert compared("Equals", "a", "a")


@pytest.mark.parametrize("value", [said("nothing"), float("nan")])
@pytest.mark.parametrize("kind", ["LessThan", "LessThanOrEqualTo", "GreaterThan", "GreaterThanOrEqualTo"])
def test_a_figure_that_is_not_known_meets_no_limit(kind: str, value: Any) -> None:
    assert not compared(kind, value, 1.0)


def test_all_conditions_must_hold_and_each_must_be_known() -> None:
    holds, fails = ({"Type": "LessThan", "LeftValue": 0, "RightValue": each} for each in (1, 0))

    assert all_hold([holds, holds], KNOWN.lookup(""))
    assert not all_hold([holds, fails], KNOWN.lookup(""))
    with pytest.raises(RetrainingFailed, match="does not know the condition Or"):
        all_hold([{"Type": "Or", "Conditions": []}], KNOWN.lookup(""))
