"""DynamoDB's rules from items to request units; the expectations are counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from local.cost.units import item_bytes, read_units, write_units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 1),
        ({"S": "añb"}, 5),  # two bytes of UTF-8 for ñ
        ({"N": "0"}, 2),
        ({"N": "17"}, 3),
        ({"N": "1700"}, 3),  # zeros at the ends are not kept
        ({"N": "0.0017"}, 3),
        ({"N": "-17.05"}, 5),  # 1705: two bytes, one, and one for the sign
        ({"N": "2.8356123456789012"}, 11),
        ({"N": "1e+125"}, 3),
        ({"BOOL": True}, 2),
        ({"NULL": True}, 2),
        ({"L": []}, 4),
        ({"L": [{"S": "sms"}, {"S": "email"}]}, 14),
        ({"M": {"code": {"S": "due"}, "n": {"N": "12.3"}}}, 17),
    ],
)
def test_an_attribute_is_its_name_and_its_value(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"a": value}) == size


def test_an_item_is_the_sum_of_its_attributes() -> None:
    assert item_bytes({"user_id": {"S": "ana"}, "pair": {"S": "USD/MXN"}, "upper": {"N": "2.85"}}) == 10 + 11 + 8


def test_a_type_that_we_do_not_store_is_refused() -> None:
    with pytest.raises(ValueError, match="type B"):
        item_bytes({"a": {"B": b"x"}})


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (3000, 3)])
def test_a_write_counts_whole_kilobytes(size: int, units: int) -> None:
    assert write_units(size) == units


@pytest.mark.parametrize(("size", "units"), [(0, 0.5), (4096, 0.5), (4097, 1.0), (12_000, 1.5)])
def test_a_read_counts_whole_four_kilobytes_and_half_of_it_when_it_may_lag(size: int, units: float) -> None:
    assert read_units(size) == units
    assert read_units(size, consistent=True) == 2 * units
