from __future__ import annotations

import pytest

from lake.contract.contract import Pii
from lake.contract.reading import contracts
from lake.governance.levels import control, gold, silver
from lake.governance.tags import TEMPLATE, template
from lake.ingestion.conversion import QUARANTINE

pytestmark = pytest.mark.slow


def test_the_template_is_what_the_contracts_say() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == template(), "run python -m lake.governance.tags"


def test_every_personal_column_of_every_contract_is_tagged() -> None:
    tagged = silver()

    for dataset, contract in contracts().items():
        for name, column in contract.columns.items():
            assert tagged[dataset].get(name, Pii.NONE) is column.pii


def test_an_id_that_flows_into_a_gold_table_is_one_there_and_how_many_there_are_is_not() -> None:
    tagged = gold()

    assert tagged["point_in_time"] == tagged["user_days"] == {"user_id": Pii.PSEUDONYM}
    assert tagged["best_customers"] == {"customer_id": Pii.PSEUDONYM}
    assert tagged["decision_days"] == tagged["lift"] == {}


def test_nothing_that_is_direct_reaches_gold() -> None:
    assert not [name for name, columns in gold().items() if Pii.DIRECT in columns.values()]


def test_what_nobody_could_read_may_have_anything_in_it() -> None:
    aside = control()["quarantine"]

    assert {name for name in QUARANTINE.names if name not in aside} == {"_line", "reasons"}
    assert set(aside.values()) == {Pii.DIRECT}
