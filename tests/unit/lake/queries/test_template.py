"""What Glue and Athena are told before the lake's first run."""

from __future__ import annotations

import yaml

from lake.contract.reading import contracts
from lake.queries.catalogue import named
from lake.queries.template import TEMPLATE, template


def test_the_template_is_what_contracts_and_queries_say() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == template(), "run python -m lake.queries.template"


def test_every_query_is_saved_and_every_dataset_that_can_be_late_has_a_table() -> None:
    made = yaml.safe_load(template())["Resources"].values()
    saved = {each["Properties"]["Name"] for each in made if each["Type"] == "AWS::Athena::NamedQuery"}
    tables = {each["Properties"]["TableInput"]["Name"] for each in made if each["Type"] == "AWS::Glue::Table"}
    late = {f"late_{name}" for name, contract in contracts().items() if contract.merge_window is not None}

    assert saved == set(named())
    assert tables >= late | {"accounts", "quarantine"}


def test_what_athena_replaces_by_itself_is_not_taken_for_a_name_of_the_stack() -> None:
    quarantine = yaml.safe_load(template())["Resources"]["ControlQuarantine"]["Properties"]["TableInput"]

    assert quarantine["Parameters"]["storage.location.template"] == {
        "Fn::Sub": "s3://${LakeBucket}/quarantine/${!dataset}/load_date=${!load_date}"
    }
