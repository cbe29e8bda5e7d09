"""The tags of Lake Formation on every personal column, as CloudFormation: `python -m lake.governance.tags`.

What has no tag of its own has its database's: `none`, but `direct` where rows are as files brought them, in tables that
a crawler makes. Others are made by the lake's first run, and what is tagged has to be there, so these resources wait
for the stage's parameter `lakeTables`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lake.contract.contract import Pii
from lake.governance.levels import by_level, control, gold, silver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPLATE: Final = Path(__file__).parents[2] / "infra" / "lake_tags.yml"
_BEGINNING: Final = """\
# Written from the contracts in lake/contracts by `python -m lake.governance.tags`: change those, not this file.
Resources:
"""


def template() -> str:
    """The template, YAML that serverless.yml includes."""
    return _BEGINNING + "".join(
        (
            *(_database("silver"), *_tags("silver", silver())),
            *(_database("gold"), *_tags("gold", gold())),
            *(_database("control"), *_tags("control", control())),
            _database("files", Pii.DIRECT),
        )
    )


def _database(zone: str, level: Pii = Pii.NONE) -> str:
    return f"""\
  {zone.title()}DatabasePii:
    Type: AWS::LakeFormation::TagAssociation
    Condition: HasLakeTables
    DependsOn: [PiiTag, {zone.title()}Database]
    Properties:
      Resource:
        Database: {{CatalogId: !Ref AWS::AccountId, Name: {_named(zone)}}}
      LFTags: [{{CatalogId: !Ref AWS::AccountId, TagKey: "divisa-${{sls:stage}}-pii", TagValues: [{level}]}}]
"""


def _tags(zone: str, tables: Mapping[str, Mapping[str, Pii]]) -> Iterator[str]:
    for table, columns in tables.items():
        for level, names in by_level(columns).items():
            yield f"""\
  {zone.title()}{table.title().replace("_", "")}{level.title()}:
    Type: AWS::LakeFormation::TagAssociation
    Condition: HasLakeTables
    DependsOn: {_before(zone, table)}
    Properties:
      Resource:
        TableWithColumns:
          CatalogId: !Ref AWS::AccountId
          DatabaseName: {_named(zone)}
          Name: {table}
          ColumnNames: [{", ".join(names)}]
      LFTags: [{{CatalogId: !Ref AWS::AccountId, TagKey: "divisa-${{sls:stage}}-pii", TagValues: [{level}]}}]
"""


def _before(zone: str, table: str) -> str:
    """What has to be there first: runs make the tables of silver and gold, but this stack those of control."""
    tagged = f"{zone.title()}DatabasePii"
    return f"[{tagged}, {zone.title()}{table.title()}]" if zone == "control" else tagged


def _named(zone: str) -> str:
    return f'"divisa_${{sls:stage}}_{zone}"'


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
