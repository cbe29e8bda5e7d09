from __future__ import annotations

import pytest

from divisa.domain.errors import InvalidFile
from lake.ingestion.forms import Form, dataset_of, form_of


@pytest.mark.parametrize(
    ("key", "form"),
    [
        ("landing/shop_orders/2024-01.csv", Form.CSV),
        ("landing/shop_orders/2024-01.CSV.GZ", Form.CSV_GZIP),
        ("landing/shop_orders/2024-01.jsonl", Form.JSON_LINES),
        ("landing/shop_orders/2024-01.json", Form.JSON_LINES),
        ("landing/shop_orders/2024-01.json.gz", Form.JSON_LINES_GZIP),
        ("landing/fx_prices/2024-01.csv", Form.CSV),
        ("landing/fx_prices/stream/day=2024-01-05/divisa-quotes-1-2024-01-05-x", Form.WIRE_QUOTES),
        ("landing/fx_transactions/stream/day=2024-01-05/part.gz", Form.WIRE_TRANSACTIONS),
        ("decisions/day=2024-01-05/part", Form.WIRE_DECISIONS),
        ("landing/fx_suggestions/stream/day=2024-01-05/part", Form.WIRE_SUGGESTIONS),
        ("landing/fx_outcomes/stream/day=2024-01-05/part", Form.WIRE_OUTCOMES),
        *((f"bronze/fx_prices/load_date=2024-01-05/0f3a{form}", form) for form in Form),
    ],
)
def test_a_name_or_a_streams_folder_says_what_is_in_a_file_and_a_copy_keeps_it(key: str, form: Form) -> None:
    assert form_of(key) is form


@pytest.mark.parametrize("key", ["landing/shop_orders/2024-01.xlsx", "landing/shop_orders/csv", "orders.gz", ""])
def test_a_name_that_says_nothing_is_refused_with_what_it_may_be(key: str) -> None:
    with pytest.raises(InvalidFile, match=r"end in .csv or .jsonl"):
        form_of(key)


@pytest.mark.parametrize(
    ("key", "dataset"),
    [
        ("landing/shop_orders/pull/0f3a/orders.csv", "shop_orders"),
        ("bronze/shop_orders/load_date=2024-01-05/0f3a.csv", "shop_orders"),
        ("landing/fx_prices/stream/day=2024-01-05/part", "fx_prices"),
        ("decisions/day=2024-01-05/part", "fx_decisions"),
    ],
)
def test_a_files_folder_says_of_which_dataset_it_is(key: str, dataset: str) -> None:
    assert dataset_of(key) == dataset


@pytest.mark.parametrize("key", ["training/prices/2024.csv", "landing/orders.csv", "landing//orders.csv", "landing"])
def test_a_file_in_no_datasets_folder_is_refused(key: str) -> None:
    with pytest.raises(InvalidFile, match="put it into landing/DATASET/"):
        dataset_of(key)
