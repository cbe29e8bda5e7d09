"""Who may see which column of the lake, who looked at it, and how long its zones are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lake.contract.reading import contracts
from tests.integration.infra.template import of_type, referred

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration

KEY = "divisa-prod-pii"


@pytest.fixture
def deployed(templates: dict[str, dict[str, Any]]) -> Resources:
    found: Resources = templates["prod"]["Resources"]
    return found


def test_each_role_sees_the_columns_of_its_levels_and_no_other(deployed: Resources) -> None:
    sees = {}
    for grant in of_type(deployed, "LakeFormation::PrincipalPermissions").values():
        [expression] = grant["Resource"]["LFTagPolicy"]["Expression"]
        assert (expression["TagKey"], grant["PermissionsWithGrantOption"]) == (KEY, [])
        sees[referred(grant["Principal"]["DataLakePrincipalIdentifier"])] = expression["TagValues"]

    assert sees == {
        "LakeAnalystRole": ["none"],
        "LakeScientistRole": ["none", "pseudonym"],
        "LakeStewardRole": ["none", "pseudonym", "quasi", "direct"],
    }


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

    assert databases == {"divisa_prod_silver": "none", "divisa_prod_gold": "none"}
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
            assert each["Condition"] == "IsCloud"


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
