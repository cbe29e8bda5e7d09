"""The data sets of QuickSight, as CloudFormation: `python -m lake.dashboards.template`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lake.dashboards.columns import columns
from lake.dashboards.data_sets import data_sets
from lake.queries.template import dumped, of_stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lake.dashboards.data_sets import DataSet

TEMPLATE: Final = Path(__file__).parents[2] / "infra" / "dashboard_sets.yml"
_BEGINNING: Final = """\
# Written from lake/queries by `python -m lake.dashboards.template`: change those, not this file.
"""
_USES: Final = ("DescribeDataSet", "DescribeDataSetPermissions", "DescribeIngestion", "ListIngestions", "PassDataSet")


def template() -> str:
    """The template, YAML that serverless.yml includes."""
    sets = data_sets()
    found = columns(sets)
    named = ((f"{each.name.title().replace('_', '')}DataSet", each) for each in sets)
    return _BEGINNING + dumped({"Resources": {logical: _resource(each, found[each.name]) for logical, each in named}})


def _resource(data_set: DataSet, found: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Type": "AWS::QuickSight::DataSet",
        "Condition": "HasDashboards",
        "Properties": {
            "AwsAccountId": {"Ref": "AWS::AccountId"},
            "DataSetId": f"divisa-${{sls:stage}}-{data_set.name.replace('_', '-')}",
            "Name": data_set.title,
            "ImportMode": "DIRECT_QUERY",
            "PhysicalTableMap": {
                data_set.name.replace("_", "-"): {
                    "CustomSql": {
                        "DataSourceArn": {"Fn::GetAtt": ["DashboardsSource", "Arn"]},
                        "Name": data_set.name,
                        "SqlQuery": of_stage(data_set.sql) + "\n",
                        "Columns": [{"Name": name, "Type": kind} for name, kind in found.items()],
                    }
                }
            },
            "Permissions": [{"Principal": {"Ref": "Dashboards"}, "Actions": [f"quicksight:{each}" for each in _USES]}],
        },
    }


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
