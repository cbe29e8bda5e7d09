from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from lake.contract.contract import Contract
from lake.contract.examples import rows
from lake.contract.reading import contracts
from lake.ingestion.checking import Checker


def contract_of(columns: dict[str, dict[str, Any]], *musts: str, **more: Any) -> Contract:
    """A contract whose key is its first column."""
    told = {name: {"about": "it", **column} for name, column in columns.items()}
    checks = [{"reason": "wrong", "must": must, "says": "wrong"} for must in musts]
    begin = {"dataset": "made", "about": "a row", "owner": "us", "freshness": "1 day", "key": [next(iter(told))]}
    return Contract.model_validate(begin | {"columns": told, "checks": checks} | more)


def accepted(contract: Contract, made: list[tuple[str, ...]]) -> bool:
    texts = zip(*made, strict=True)
    raw = pa.table({name: pa.array(column) for name, column in zip(contract.columns, texts, strict=True)})
    return not Checker(contract, tuple(contract.columns), received_at=datetime.now(UTC)).check(raw).refused


def keys(contract: Contract, made: list[tuple[str, ...]]) -> set[tuple[str, ...]]:
    places = [list(contract.columns).index(name) for name in contract.key]
    return {tuple(row[place] for place in places) for row in made}


@pytest.mark.parametrize("name", contracts())
def test_what_a_contract_makes_it_accepts_and_no_two_rows_have_the_same_key(name: str) -> None:
    contract = contracts()[name]
    made = rows(contract, 200, seed=7)
    assert len(made) == 200
    assert accepted(contract, made)
    assert len(keys(contract, made)) == 200


def test_the_same_seed_makes_the_same_rows_and_another_one_others() -> None:
    contract = contracts()["fx_transactions"]
    assert rows(contract, 20, seed=1) == rows(contract, 20, seed=1) != rows(contract, 20, seed=2)
    assert rows(contract, 20, seed=1)[:5] == rows(contract, 5, seed=1)


def test_what_may_be_missing_is_at_times() -> None:
    arrived = [row[-1] for row in rows(contracts()["fx_prices"], 200)]
    assert 0 < arrived.count("") < 100


def test_a_column_that_a_check_looks_at_in_its_own_way_stays_as_its_example_is() -> None:
    number: dict[str, Any] = {"type": "integer", "example": "4"}
    contract = contract_of({"id": number, "one": number, "four": {**number, "nullable": True}}, "one + four = 8")
    made = rows(contract, 20)
    assert {row[1:] for row in made} == {("4", "4")}
    assert accepted(contract, made)


def test_numbers_that_several_checks_tie_together_stay_in_order() -> None:
    kind = {"type": "decimal(6,2)"}
    low, mid, high = ({**kind, "example": example} for example in ("1.00", "1.50", "2.00"))
    number = {"type": "integer", "example": "1"}
    contract = contract_of({"id": number, "low": low, "mid": mid, "high": high}, "low < mid", "mid < high")
    assert accepted(contract, rows(contract, 50))


def test_numbers_stay_within_what_their_column_holds() -> None:
    columns: dict[str, dict[str, Any]] = {
        "id": {"type": "integer", "example": "1"},
        "full": {"type": "decimal(3,1)", "example": "99.9"},
        "share": {"type": "double", "above": 0.1, "most": 1, "example": "0.9"},
        "none": {"type": "integer", "least": 0, "most": 0, "example": "0"},
    }
    contract = contract_of(columns)
    made = rows(contract, 100)
    assert accepted(contract, made)
    assert len({row[1] for row in made}) > 5


def test_days_of_a_key_are_as_many_as_there_are_rows() -> None:
    columns = {"day": {"type": "date", "example": "2024-02-28"}, "told": {"type": "boolean", "example": "true"}}
    contract = contract_of(columns, event_time="day", partition="month")
    made = rows(contract, 60)
    assert made[1][0] == "2024-02-29"
    assert len(keys(contract, made)) == 60
    assert {row[1] for row in made} == {"true", "false"}
    assert accepted(contract, made)


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ({"type": "string", "example": "only"}, "no column of the key of made can count"),
        ({"type": "string", "one_of": ["a1", "a2"], "example": "a1"}, "no column of the key of made can count"),
        ({"type": "string", "longest": 2, "example": "a8"}, "id cannot count by 2"),
        ({"type": "string", "pattern": "a[0-9]", "example": "a8"}, "id cannot count by 2"),
        ({"type": "integer", "most": 9, "example": "8"}, "id cannot count by 2"),
    ],
)
def test_more_rows_than_there_are_keys_cannot_be_made(column: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        rows(contract_of({"id": column}), 3)
