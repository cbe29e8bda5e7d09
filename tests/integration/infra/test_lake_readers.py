"""Who asks the lake: what each sees, what a question may cost, and who can read its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.infra.template import as_list, of_type, referred, statements

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration

READERS = {
    "LakeAnalystRole": ("LakeWorkGroup", "analyst"),
    "LakeScientistRole": ("ScientistWorkGroup", "scientist"),
    "LakeStewardRole": ("StewardWorkGroup", "steward"),
    "DashboardsRole": ("DashboardsWorkGroup", "dashboards"),
}
"""Each with its work group, and the folder of its answers."""


@pytest.fixture
def deployed(templates: dict[str, dict[str, Any]]) -> Resources:
    found: Resources = templates["prod"]["Resources"]
    return found


def test_each_role_sees_the_columns_of_its_levels_and_no_other(deployed: Resources) -> None:
    sees = {}
    for grant in of_type(deployed, "LakeFormation::PrincipalPermissions").values():
        if "LFTagPolicy" in grant["Resource"]:
            [expression] = grant["Resource"]["LFTagPolicy"]["Expression"]
            assert (expression["TagKey"], grant["PermissionsWithGrantOption"]) == ("divisa-prod-pii", [])
            sees[referred(grant["Principal"]["DataLakePrincipalIdentifier"])] = expression["TagValues"]

    assert sees == {
        "LakeAnalystRole": ["none"],
        "LakeScientistRole": ["none", "pseudonym"],
        "LakeStewardRole": ["none", "pseudonym", "quasi", "direct"],
        "DashboardsRole": ["none"],
    }


def test_a_question_is_bounded_its_answer_encrypted_and_no_request_says_otherwise(resources: Resources) -> None:
    for each in of_type(resources, "Athena::WorkGroup").values():
        set_up = each["WorkGroupConfiguration"]
        answers = set_up["ResultConfiguration"]
        assert set_up["EnforceWorkGroupConfiguration"] is True
        assert set_up["PublishCloudWatchMetricsEnabled"] is True
        assert 10 * 2**20 <= int(set_up["BytesScannedCutoffPerQuery"]) <= 2**40
        assert answers["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
        assert referred(answers["EncryptionConfiguration"]["KmsKey"]) == "DataKey"


@pytest.mark.parametrize("reader", READERS)
def test_who_asks_does_so_in_a_work_group_of_its_own_and_reads_nobody_elses_answers(
    deployed: Resources, reader: str
) -> None:
    group, folder = READERS[reader]
    on = {a: each["Resource"] for each in statements(deployed[reader]["Properties"]) for a in as_list(each["Action"])}
    made = deployed[group]["Properties"]

    place = made["WorkGroupConfiguration"]["ResultConfiguration"]["OutputLocation"]
    assert place == {"Fn::Sub": f"s3://${{LakeBucket}}/queries/{folder}/"}
    assert on["s3:GetObject"] == on["s3:PutObject"] == {"Fn::Sub": f"${{LakeBucket.Arn}}/queries/{folder}/*"}
    named = on["athena:StartQueryExecution"]["Fn::Sub"].rpartition("workgroup/")[2]
    assert named in {made["Name"], f"${{{group}}}"}


@pytest.mark.parametrize("reader", READERS)
def test_who_asks_uses_the_stages_key_for_objects_of_the_lake_alone(deployed: Resources, reader: str) -> None:
    [keyed] = (s for s in statements(deployed[reader]["Properties"]) if "kms:Decrypt" in as_list(s["Action"]))

    assert keyed["Condition"]["StringEquals"] == {
        "kms:ViaService": {"Fn::Sub": "s3.${AWS::Region}.amazonaws.com"},
        "kms:EncryptionContext:aws:s3:arn": {"Fn::GetAtt": ["LakeBucket", "Arn"]},
    }


def test_an_answer_is_gone_after_a_week_with_whomever_it_names(resources: Resources) -> None:
    rules = resources["LakeBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    [rule] = (each for each in rules if each.get("Prefix") == "queries/")

    assert rule["ExpirationInDays"] + rule["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 8
