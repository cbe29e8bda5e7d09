from __future__ import annotations

import textwrap
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidContract
from lake.contract.contract import Period, Pii, Sink
from lake.contract.reading import contracts, read_contract
from lake.contract.types import ColumnType

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = textwrap.dedent(
    """\
    dataset: visits
    about: somebody came by
    owner: people
    columns:
      visit_id:
        {type: integer, about: the visit, least: 1, example: "7"}
      at:
        {type: timestamp, about: when, example: "2024-01-05T14:15:00Z"}
      who:
        {type: string, about: who came, pii: direct, nullable: true, longest: 40, example: Ana}
    checks:
      - {reason: too_early, must: "at >= TIMESTAMP '2000-01-01'", says: at is before 2000}
    key: [visit_id]
    event_time: at
    partition: month
    merge_window: 3 days
    freshness: 26 hours
    sinks: [warehouse]
    """
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "visits.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_contract_says_all_about_a_dataset(tmp_path: Path) -> None:
    contract = read_contract(written(tmp_path, RIGHT))

    assert (contract.dataset, contract.key, contract.event_time, contract.partition) == (
        "visits",
        ("visit_id",),
        "at",
        Period.MONTH,
    )
    assert contract.columns["at"].type == ColumnType("timestamp")
    assert contract.columns["who"].pii is Pii.DIRECT
    assert contract.needed == ("visit_id", "at", "who")
    assert (contract.merge_window, contract.freshness) == (timedelta(days=3), timedelta(hours=26))
    assert contract.sinks == (Sink.WAREHOUSE,)
    assert contract.checks[0].reason == "too_early"
    assert contract.feed.header


@pytest.mark.parametrize(
    ("right", "wrong", "line", "cure"),
    [
        ("owner: people", "owners: people", 3, "`owners` is unknown: write `owner`"),
        ("owner: people\n", "", 1, "`owner` is missing: add a line `owner:`"),
        ("type: integer", "type: number", 6, "`type` is no type; there are string, integer, double"),
        ("type: integer", "type: 'decimal(50,2)'", 6, "1 to 38 digits"),
        ("least: 1", "longest: 1", 6, "`longest` is for strings, and this is of type integer"),
        ("longest: 40", "digits: 4", 10, "`digits` is for exact numbers, and this is of type string"),
        ("least: 1", "is_pair: true", 6, "`is_pair` is for strings, and this is of type integer"),
        ("least: 1", "leest: 1", 6, "`leest` is unknown: write `least`"),
        ("pii: direct", "pii: much", 10, "`pii`: input should be 'none', 'pseudonym', 'quasi' or 'direct'"),
        ("longest: 40", 'pattern: "["', 10, "`pattern` is no regular expression"),
        ("nullable: true", "optional: true", 10, "`optional` is `nullable` as well"),
        ("key: [visit_id]", "key: [visitor]", 13, "`key` names visitor, and there is no such column"),
        ("key: [visit_id]", "key: [who]", 13, "`key` names who, which may be missing"),
        ("event_time: at", "event_time: visit_id", 14, "`event_time` has to be a date or a timestamp"),
        ("event_time: at\n", "", 14, "`partition`, `merge_window` and `keep` need an `event_time`"),
        ("partition: month\n", "", 14, "has a `partition`: day, month or year"),
        ("partition: month", "partition: week", 15, "`partition`: input should be 'day', 'month' or 'year'"),
        ("26 hours", "soon", 17, "`freshness` is no time span such as 15 minutes, 26 hours or 3 days"),
        ("at >=", "left_at >=", 12, "`must` looks at left_at, and there is no such column"),
        ("at >= TIMESTAMP '2000-01-01'", "at >= (", 12, "`must` is no condition in SQL"),
        ("dataset: visits", "dataset: calls", 1, "call the file calls.yml"),
        ("owner: people", "owner: people\nfeed: {delimiter: '\"'}", 4, "`delimiter`: string should match"),
        ("owner: people", "owner: people\nfeed: {delimiter: §}", 4, "`delimiter`: string should match"),
        ("about: somebody came by", "about: [", 4, "is no YAML"),
        ("owner: people", "owner: people\nowner: shop", 4, "`owner` stands there twice: keep one"),
    ],
)
def test_a_wrong_contract_is_refused_with_file_line_and_cure(
    tmp_path: Path, right: str, wrong: str, line: int, cure: str
) -> None:
    assert right in RIGHT

    with pytest.raises(InvalidContract) as refused:
        read_contract(written(tmp_path, RIGHT.replace(right, wrong, 1)))

    assert str(refused.value).startswith(f"visits.yml, line {line}: ")
    assert cure in str(refused.value)


def test_an_empty_file_is_no_contract(tmp_path: Path) -> None:
    with pytest.raises(InvalidContract, match="begin with `dataset:`"):
        read_contract(written(tmp_path, ""))


def test_there_is_a_contract_for_each_feed() -> None:
    assert list(contracts()) == [
        "device_positions",
        "energy_customers",
        "energy_providers",
        "energy_transactions",
        "fx_decisions",
        "fx_outcomes",
        "fx_prices",
        "fx_suggestions",
        "fx_transactions",
        "hr_departments",
        "hr_hired_employees",
        "hr_jobs",
        "shop_order_items",
        "shop_orders",
    ]
