"""The retraining pipeline: its definition as the SDK builds it, and what is deployed around it."""

from __future__ import annotations

import json
import re
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from infra.artifact import ROOT
from infra.model_artifact import IMAGE
from infra.retraining.code import build
from infra.retraining.sdk import DEFINITION, write_definition
from tests.integration.infra.template import as_list, of_type, referred, statements

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration


@pytest.fixture
def deployed(templates: dict[str, dict[str, Any]]) -> Resources:
    found: Resources = templates["prod"]["Resources"]
    return found


def body(resources: Resources) -> str:
    text, more = resources["RetrainingPipeline"]["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"][
        "Fn::Sub"
    ]
    assert more == {"ScikitLearnAccount": {"Fn::FindInMap": ["ScikitLearnImages", {"Ref": "AWS::Region"}, "Account"]}}
    return str(text)


def test_the_committed_definition_is_what_the_sdk_builds(tmp_path: Path) -> None:
    write_definition(tmp_path / "pipeline.json")

    assert (tmp_path / "pipeline.json").read_text() == DEFINITION.read_text()


def test_what_is_deployed_is_the_committed_definition_with_the_stages_names(deployed: Resources) -> None:
    committed = json.loads(DEFINITION.read_text().replace("${sls:stage}", "prod"))

    assert json.loads(body(deployed)) == committed


def test_every_name_that_the_definition_leaves_open_is_one_that_cloudformation_knows(deployed: Resources) -> None:
    left_open = {name.partition(".")[0] for name in re.findall(r"\$\{([^}]+)\}", body(deployed))}
    ours = {name for name in left_open if not name.startswith("AWS::")} - {"ScikitLearnAccount", "RetrainingCode"}

    assert ours == {"LakeBucket", "ModelsBucket", "RetrainingRole"}
    assert ours <= deployed.keys()


def test_all_of_it_waits_until_there_is_code_for_it(templates: dict[str, dict[str, Any]]) -> None:
    for template in templates.values():
        ours = {name: each for name, each in template["Resources"].items() if name.startswith("Retraining")}
        assert len(ours) == 5
        assert {each["Condition"] for each in ours.values()} == {"HasRetraining"}
        assert {"Condition": "IsCloud"} in template["Conditions"]["HasRetraining"]["Fn::And"]


def test_it_begins_each_week_by_a_role_that_may_only_begin_it(deployed: Resources) -> None:
    schedule = deployed["RetrainingSchedule"]["Properties"]
    role = deployed[referred(schedule["Target"]["RoleArn"])]["Properties"]
    actions = {action for statement in statements(role) for action in as_list(statement["Action"])}

    assert schedule["ScheduleExpression"] == "cron(0 6 ? * SAT *)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert actions == {"sagemaker:StartPipelineExecution", "kms:Decrypt"}
    assert schedule["Target"]["Arn"] == next(statements(role))["Resource"]


def test_its_jobs_write_nowhere_but_where_runs_are_kept_and_touch_no_endpoint(deployed: Resources) -> None:
    may: dict[str, list[Any]] = {}
    for statement in statements(deployed["RetrainingRole"]["Properties"]):
        for action in as_list(statement["Action"]):
            may.setdefault(action, []).extend(as_list(statement["Resource"]))

    assert may["s3:PutObject"] == [{"Fn::Sub": "${ModelsBucket.Arn}/retraining/runs/*"}]
    assert may["s3:GetObject"] == [
        {"Fn::Sub": "${LakeBucket.Arn}/training/*"},
        {"Fn::Sub": "${ModelsBucket.Arn}/retraining/*"},
    ]
    assert not {action for action in may if "Endpoint" in action or action == "sagemaker:UpdateModelPackage"}
    assert json.dumps(may["iam:PassRole"]).count("role/divisa-prod-retraining") == 1


def test_somebody_hears_of_a_week_without_a_new_model(deployed: Resources) -> None:
    alarm = deployed["RetrainingFailedAlarm"]["Properties"]

    assert alarm["MetricName"] == "ExecutionFailed"
    assert alarm["Dimensions"] == [
        {"Name": "PipelineName", "Value": deployed["RetrainingPipeline"]["Properties"]["PipelineName"]}
    ]
    assert alarm["AlarmActions"] == [{"Ref": "OperationsTopic"}]


def test_versions_are_registered_in_the_group_that_is_deployed(deployed: Resources) -> None:
    assert (
        json.loads(body(deployed))["Steps"][-1]["Arguments"]["IfSteps"][0]["Arguments"]["ModelPackageGroupName"]
        == (deployed["DecisionsModels"]["Properties"]["ModelPackageGroupName"])
    )


def test_the_endpoint_grows_with_its_calls_and_a_new_model_takes_over_as_many_instances(deployed: Resources) -> None:
    [scaled] = of_type(deployed, "ApplicationAutoScaling::ScalableTarget").values()
    [policy] = of_type(deployed, "ApplicationAutoScaling::ScalingPolicy").values()
    endpoint, config = (deployed[f"DecisionsEndpoint{kind}"]["Properties"] for kind in ("", "Config"))
    [variant] = config["ProductionVariants"]
    tracked = policy["TargetTrackingScalingPolicyConfiguration"]

    assert scaled["ResourceId"] == f"endpoint/{endpoint['EndpointName']}/variant/{variant['VariantName']}"
    assert variant["InitialInstanceCount"] == scaled["MinCapacity"] < scaled["MaxCapacity"]
    assert policy["ScalingTargetId"] == {"Ref": "EndpointInstances"}
    assert tracked["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    }
    assert endpoint["RetainAllVariantProperties"] is True


def test_some_of_the_traffic_is_kept_encrypted_for_a_month_where_the_endpoint_may_put_it(deployed: Resources) -> None:
    capture = deployed["DecisionsEndpointConfig"]["Properties"]["DataCaptureConfig"]
    puts = [s for s in statements(deployed["EndpointRole"]["Properties"]) if s["Action"] == "s3:PutObject"]
    rules = deployed["LakeBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    [kept] = (rule for rule in rules if rule.get("Prefix") == "captured/")

    assert capture["DestinationS3Uri"] == {"Fn::Sub": "s3://${LakeBucket}/captured"}
    assert referred(capture["KmsKeyId"]) == "DataKey"
    assert 0 < capture["InitialSamplingPercentage"] <= 100
    assert {each["CaptureMode"] for each in capture["CaptureOptions"]} == {"Input", "Output"}
    assert [s["Resource"] for s in puts] == [{"Fn::Sub": "${LakeBucket.Arn}/captured/*"}]
    assert kept["ExpirationInDays"] == 30


def test_jobs_get_the_code_time_zones_and_what_the_image_lacks(tmp_path: Path) -> None:
    folder = build(tmp_path, target=IMAGE)
    with tarfile.open(folder / "sourcedir.tar.gz") as packed:
        names = packed.getnames()

    assert {name.split("/")[0] for name in names} == {"divisa", "model", "tzdata"}
    assert {"model/train.py", "model/jobs/prepare.py", "model/jobs/evaluate.py"} <= set(names)
    packages = {name.split("/")[2].split("-")[0] for name in names if name.startswith("model/lib/")}
    assert packages == {"llvmlite", "numba"}
    assert sorted(path.name for path in folder.iterdir()) == ["sourcedir.tar.gz", "start.py"]


def test_the_definition_names_the_scikit_learn_that_is_locked() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    images = set(re.findall(r"sagemaker-scikit-learn:([0-9.]+-\d+)-cpu-py3", DEFINITION.read_text()))

    assert images == {"1.9-0"}
    assert re.search(r'name = "scikit-learn"\nversion = "1\.9\.\d+"', lock)
