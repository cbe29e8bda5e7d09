"""What Glue and Athena are told of the lake before its first run, as CloudFormation: `python -m lake.queries.template`.

Those are the tables of Parquet that the lake writes beside silver and gold, and its named queries.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from lake.contract.reading import contracts
from lake.queries.catalogue import Databases, named
from lake.queries.tables import control_tables, late_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_glue.type_defs import TableInputTypeDef

    from lake.queries.catalogue import Query

TEMPLATE: Final = Path(__file__).parents[2] / "infra" / "lake_queries.yml"
_BEGINNING: Final = """\
# Written from lake/contracts and lake/queries by `python -m lake.queries.template`: change those, not this file.
"""
_BUCKET: Final = "${LakeBucket}"
_ACCOUNT: Final = {"Ref": "AWS::AccountId"}


def template() -> str:
    """The template, YAML that serverless.yml includes."""
    root = f"s3://{_BUCKET}"
    late = [late_table(root, contract) for contract in contracts().values() if contract.event_time is not None]
    resources = {
        "ControlDatabase": _database("control", "How the lake fares"),
        **_tables("Control", control_tables(root, contracts())),
        "FilesDatabase": _database("files", "Rows as files brought them: those that came too late, and all typed ones"),
        **_tables("Files", late),
        **{f"{_camel(query.name)}Query": _query(query) for query in named().values()},
    }
    databases = {f"{zone}DatabaseName": {"Value": {"Ref": f"{zone}Database"}} for zone in ("Control", "Files")}
    return _BEGINNING + dumped({"Resources": resources, "Outputs": databases})


def of_stage(sql: str) -> str:
    """A statement over the databases of `Databases.of_stage("stage")`, over those of the stage that is deployed."""
    return sql.replace("divisa_stage_", "divisa_${sls:stage}_")


def dumped(document: Mapping[str, Any]) -> str:
    """A document as YAML, in which a text of several lines is one."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True)


def _database(zone: str, about: str) -> dict[str, Any]:
    described = {"Name": f"divisa_${{sls:stage}}_{zone}", "Description": about}
    return {"Type": "AWS::Glue::Database", "Properties": {"CatalogId": _ACCOUNT, "DatabaseInput": described}}


def _tables(zone: str, tables: list[TableInputTypeDef] | tuple[TableInputTypeDef, ...]) -> dict[str, Any]:
    return {
        f"{zone}{_camel(table['Name'])}": {
            "Type": "AWS::Glue::Table",
            "Properties": {
                "CatalogId": _ACCOUNT,
                "DatabaseName": {"Ref": f"{zone}Database"},
                "TableInput": _substituted(table),
            },
        }
        for table in tables
    }


def _query(query: Query) -> dict[str, Any]:
    statement = query.statement(Databases.of_stage("stage"), {each.name: each.example for each in query.parameters})
    wanted = "; ".join(f"{each.about}, such as {each.example}" for each in query.parameters)
    return {
        "Type": "AWS::Athena::NamedQuery",
        "Properties": {
            "Name": query.name,
            "Description": f"{query.question} Wants to be told: {wanted}." if wanted else query.question,
            "Database": {"Ref": "GoldDatabase"},
            "WorkGroup": {"Ref": "LakeWorkGroup"},
            "QueryString": of_stage(statement.sql).strip() + "\n",
        },
    }


def _substituted(value: Any) -> Any:
    """A value in which the lake's bucket is called by its logical id; what looks like that otherwise stays as it is."""
    if isinstance(value, dict):
        return {name: _substituted(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_substituted(each) for each in value]
    if isinstance(value, str) and _BUCKET in value:
        return {"Fn::Sub": value.replace("${", "${!").replace("${!" + _BUCKET[2:], _BUCKET)}
    return value


def _camel(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, and several lines as several lines."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
