"""Who may see which column of the lake, who looked at it, and how long its zones are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lake.contract.reading import contracts
from tests.integration.infra.template import of_type, referred, statements

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration

KEY = "divisa-prod-pii"
IN_CLOUD = {"IsCloud", "HasLakeCodeInCloud", "HasDashboards"}


@pytest.fixture
def deployed(templates: dict[str, dict[str, Any]]) -> Resources:
    found: Resources = templates["prod"]["Resources"]
    return found


def test_every_personal_column_has_its_level_and_all_else_that_of_its_database(deployed: Resources) -> None:
    tagged: dict[tuple[str, str, str], str] = {}
    databases = {}
    for each in of_type(deployed, "LakeFormation::TagAssociation").values():
        [tag] = each["LFTags"]
        assert tag["TagKey"] == KEY
        [level] = tag["TagValues"]
        if "Database" in each["Resource"]:
            databases[each["Resource"]["Database"]["Name"]] = level
        else:
            table = each["Resource"]["TableWithColumns"]
            tagged |= {(table["DatabaseName"], table["Name"], name): level for name in table["ColumnNames"]}

    none = dict.fromkeys((f"divisa_prod_{zone}" for zone in ("silver", "gold", "control")), "none")
    assert databases == {**none, "divisa_prod_files": "direct"}  # A crawler's tables: nobody says which columns.
    assert {key: level for key, level in tagged.items() if key[0] == "divisa_prod_silver"} == {
        ("divisa_prod_silver", dataset, name): column.pii
        for dataset, contract in contracts().items()
        for name, column in contract.columns.items()
        if column.pii != "none"
    }


def test_tags_wait_for_tables_and_none_of_it_is_asked_of_the_laptops_cloud(
    templates: dict[str, dict[str, Any]],
) -> None:
    for each in templates["local"]["Resources"].values():
        kind = each["Type"]
        if kind == "AWS::LakeFormation::TagAssociation":
            assert each["Condition"] == "HasLakeTables"
        elif kind.startswith(("AWS::LakeFormation::", "AWS::CloudTrail::")):
            assert each["Condition"] in IN_CLOUD


def test_each_condition_of_what_the_laptops_cloud_has_not_asks_for_the_cloud(
    templates: dict[str, dict[str, Any]],
) -> None:
    conditions = templates["local"]["Conditions"]
    for name in IN_CLOUD - {"IsCloud"}:
        assert {"Condition": "IsCloud"} in conditions[name]["Fn::And"]


def test_lake_formation_hands_out_what_tables_have_and_athena_writes_answers_elsewhere(deployed: Resources) -> None:
    locations = {each["ResourceArn"]["Fn::Sub"] for each in of_type(deployed, "LakeFormation::Resource").values()}
    zones = {each.removeprefix("${LakeBucket.Arn}/") for each in locations}
    [reading] = (s for s in statements(deployed["LakeAccessRole"]["Properties"]) if s["Action"] == "s3:GetObject")

    assert zones == {"silver", "gold", "accounts", "quarantine", "late", "typed"}
    assert {each["Fn::Sub"] for each in reading["Resource"]} == {f"${{LakeBucket.Arn}}/{zone}/*" for zone in zones}


def test_who_makes_tables_may_do_so_where_new_databases_are_open_to_nobody(deployed: Resources) -> None:
    grants = of_type(deployed, "LakeFormation::PrincipalPermissions").values()
    may = {
        (referred(each["Principal"]["DataLakePrincipalIdentifier"]), permission, place(each["Resource"]))
        for each in grants
        if "LFTagPolicy" not in each["Resource"]
        for permission in each["Permissions"]
    }

    assert {each for each in may if each[1] != "DESCRIBE"} == {
        ("LoadingRole", "CREATE_TABLE", "SilverDatabase"),
        ("LoadingRole", "CREATE_TABLE", "GoldDatabase"),
        ("LoadingRole", "DATA_LOCATION_ACCESS", "${LakeBucket.Arn}/silver"),
        ("LoadingRole", "DATA_LOCATION_ACCESS", "${LakeBucket.Arn}/gold"),
        ("TypedCrawlerRole", "CREATE_TABLE", "FilesDatabase"),
        ("TypedCrawlerRole", "DATA_LOCATION_ACCESS", "${LakeBucket.Arn}/typed"),
    }


def place(resource: dict[str, Any]) -> str:
    if "Database" in resource:
        return referred(resource["Database"]["Name"])
    return str(resource["DataLocation"]["ResourceArn"]["Fn::Sub"])


def test_every_access_to_an_object_of_the_lake_is_written_down_where_only_logs_are(deployed: Resources) -> None:
    [trail] = of_type(deployed, "CloudTrail::Trail").values()
    [selector] = trail["AdvancedEventSelectors"]
    fields = {each["Field"]: each for each in selector["FieldSelectors"]}
    logging = deployed["LakeBucket"]["Properties"]["LoggingConfiguration"]["Fn::If"]

    assert fields["eventCategory"]["Equals"] == ["Data"]
    assert fields["resources.ARN"]["StartsWith"] == [{"Fn::Sub": "${LakeBucket.Arn}/"}]
    assert "readOnly" not in fields  # reads and writes
    assert referred(trail["S3BucketName"]) == referred(logging[1]["DestinationBucketName"]) == "LakeLogsBucket"
    assert trail["EnableLogFileValidation"] is True


def test_what_landed_is_gone_before_the_receipt_that_keeps_it_from_being_received_again(resources: Resources) -> None:
    lake = resources["LakeBucket"]["Properties"]
    ends = {
        rule["Prefix"]: rule.get("ExpirationInDays")
        for rule in lake["LifecycleConfiguration"]["Rules"]
        if "Prefix" in rule
    }

    assert ends["landing/"] < ends["receipts/"]
    assert ends["bronze/"] is None
    assert lake["VersioningConfiguration"] == {"Status": "Enabled"}
