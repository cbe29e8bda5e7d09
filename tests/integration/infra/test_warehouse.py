"""The databases beside the lake: who reaches them, and what the job is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.infra.template import as_list, of_type, referred, statements

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration

TOLD = {
    "--RELATIONAL_SECRET": "HasRelational",
    "--REDSHIFT_DATABASE": "HasWarehouse",
    "--REDSHIFT_WORKGROUP": "HasWarehouse",
    "--REDSHIFT_COPY_ROLE_ARN": "HasWarehouse",
}


@pytest.fixture
def deployed(templates: dict[str, dict[str, Any]]) -> Resources:
    found: Resources = templates["prod"]["Resources"]
    return found


def test_the_job_is_told_of_a_database_once_there_is_one_and_of_nothing_empty(resources: Resources) -> None:
    arguments = resources["LoadingJob"]["Properties"]["DefaultArguments"]

    for name, condition in TOLD.items():
        when, _, otherwise = arguments[name]["Fn::If"]
        assert (when, otherwise) == (condition, {"Ref": "AWS::NoValue"})
    assert "" not in arguments.values()


def test_the_job_asks_one_workgroup_about_its_own_statements_and_reads_one_more_secret(deployed: Resources) -> None:
    beside = {each["PolicyName"]: each for each in of_type(deployed, "IAM::RolePolicy").values()}
    [secret] = beside["relational"]["PolicyDocument"]["Statement"]
    warehouse = beside["warehouse"]["PolicyDocument"]["Statement"]
    on = {action: each for each in warehouse for action in as_list(each["Action"])}

    assert {referred(each["RoleName"]) for each in beside.values()} == {"LoadingRole"}
    assert (secret["Action"], secret["Resource"]) == ("secretsmanager:GetSecretValue", {"Ref": "RelationalSecret"})
    for action in ("redshift-data:BatchExecuteStatement", "redshift-serverless:GetCredentials"):
        assert on[action]["Resource"] == {"Fn::GetAtt": ["WarehouseWorkgroup", "Workgroup.WorkgroupArn"]}
    assert on["redshift-data:DescribeStatement"]["Condition"] == {
        "StringEquals": {"redshift-data:statement-owner-iam-userid": "${aws:userid}"}
    }


def test_the_job_stands_in_the_network_of_the_relational_database_once_that_has_one(resources: Resources) -> None:
    connections = resources["LoadingJob"]["Properties"]["Connections"]

    assert connections["Fn::If"] == [
        "HasRelationalNetwork",
        {"Connections": [{"Ref": "RelationalConnection"}]},
        {"Ref": "AWS::NoValue"},
    ]
    assert resources["RelationalNetworkLoading"]["Condition"] == "HasRelationalNetwork"


def test_the_warehouse_is_reached_by_nobody_and_reaches_the_files_that_it_loads_and_nothing_else(
    deployed: Resources,
) -> None:
    workgroup = deployed["WarehouseWorkgroup"]["Properties"]
    [endpoint] = of_type(deployed, "EC2::VPCEndpoint").values()
    role = deployed["WarehouseCopyRole"]["Properties"]
    reads = [s["Resource"] for s in statements(role) if s["Action"] == "s3:GetObject"]
    kinds = {each["Type"] for each in deployed.values()}

    assert (workgroup["PubliclyAccessible"], workgroup["EnhancedVpcRouting"]) == (False, True)
    assert len({referred(each) for each in workgroup["SubnetIds"]}) == 3
    assert deployed["WarehouseSecurityGroup"]["Properties"]["SecurityGroupIngress"] == []
    assert not kinds & {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route"}
    assert reads == [{"Fn::Sub": "${LakeBucket.Arn}/warehouse/*"}]
    through = endpoint["PolicyDocument"]["Statement"]
    assert {referred(each["Condition"]["ArnEquals"]["aws:PrincipalArn"]) for each in through} == {"WarehouseCopyRole"}
    assert [each["Resource"] for each in through if "s3:GetObject" in as_list(each["Action"])] == reads


def test_the_warehouse_is_small_stays_small_and_keeps_its_password_to_itself(deployed: Resources) -> None:
    workgroup = deployed["WarehouseWorkgroup"]["Properties"]
    namespace = deployed["WarehouseNamespace"]["Properties"]

    assert int(workgroup["BaseCapacity"]) == int(workgroup["MaxCapacity"]) == 8
    assert namespace["ManageAdminPassword"] is True
    assert "AdminUserPassword" not in namespace
    assert {referred(namespace[name]) for name in ("KmsKeyId", "AdminPasswordSecretKmsKeyId")} == {"DataKey"}
    assert "useractivitylog" not in namespace["LogExports"]  # It repeats what was asked, and with it ids of persons.


def test_the_laptop_has_none_of_it(templates: dict[str, dict[str, Any]]) -> None:
    local = templates["local"]
    unknown = ("AWS::EC2::", "AWS::RedshiftServerless::", "AWS::QuickSight::", "AWS::IAM::RolePolicy")
    for name, each in local["Resources"].items():
        if each["Type"].startswith(unknown):
            condition = each["Condition"]
            assert "IsCloud" in asked_for(local["Conditions"], condition), name
    assert local["Resources"]["RelationalSecret"]["Condition"] == "IsCloud"


def asked_for(conditions: dict[str, Any], name: str) -> set[str]:
    """A condition with all that it asks for."""
    parts = conditions[name].get("Fn::And", [])
    return {name}.union(*(asked_for(conditions, part["Condition"]) for part in parts if "Condition" in part))
