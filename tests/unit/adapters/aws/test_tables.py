"""The template must create the tables that the models expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from divisa.adapters.aws.table import index_schemas
from divisa.adapters.aws.tables import DEFINITIONS, WATCHES, Definition

TEMPLATE = Path(__file__).resolve().parents[4] / "infra" / "tables.yml"


class CloudFormation(yaml.SafeLoader):
    """YAML with CloudFormation's short functions, whose values do not matter here."""


CloudFormation.add_multi_constructor("!", lambda loader, suffix, node: None)


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, Any]]:
    """Properties by name, without the stage's prefix."""
    resources = yaml.load(TEMPLATE.read_text(), CloudFormation)["Resources"].values()  # noqa: S506 - a safe loader
    properties = [each["Properties"] for each in resources if each["Type"] == "AWS::DynamoDB::Table"]
    return {each["TableName"].rpartition("}-")[2]: each for each in properties}


def test_the_template_has_our_tables_and_no_others(tables: dict[str, Any]) -> None:
    assert set(tables) == {definition.name for definition in DEFINITIONS}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
def test_a_table_is_created_as_its_model_expects(definition: Definition, tables: dict[str, Any]) -> None:
    table = tables[definition.name]
    keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
    assert keys["HASH"] == definition.hash_key
    assert keys.get("RANGE") == definition.range_key
    assert {
        each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]
    } == definition.key_types
    assert set(keys.values()) <= set(definition.key_types)
    kinds = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    assert {kind: table[kind] for kind in kinds if kind in table} == index_schemas(
        definition.indexes, definition.hash_key
    )
    assert table.get("StreamSpecification", {}).get("StreamViewType") == definition.stream_view
    ttl = table.get("TimeToLiveSpecification", {})
    assert (ttl.get("AttributeName") if ttl.get("Enabled") else None) == definition.ttl_attribute


def test_watches_are_found_by_edge_as_numbers_and_by_refresh_time() -> None:
    assert WATCHES.key_types == {"pair_shard": "S", "user_id": "S", "lower": "N", "upper": "N", "refresh_at": "S"}
    assert [(index.name, index.range_key) for index in WATCHES.indexes] == [
        ("by_upper", "upper"),
        ("by_lower", "lower"),
        ("by_refresh", "refresh_at"),
    ]
