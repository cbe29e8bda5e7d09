from __future__ import annotations

import pytest

from local.glue.libraries.awsglue.utils import GlueArgumentError, getResolvedOptions


def test_values_come_in_both_spellings_and_the_last_one_counts() -> None:
    given = ["job.py", "--DAY", "2026-01-05", "--DATASET=shop_orders", "--DAY", "2026-01-06"]

    assert getResolvedOptions(given, ["DATASET", "DAY"]) == {"DATASET": "shop_orders", "DAY": "2026-01-06"}


def test_what_was_not_asked_for_is_left_out_and_a_shortened_name_is_none() -> None:
    given = ["job.py", "--DATASETS", "all", "--DATASET", "shop_orders", "--job-language", "python"]

    assert getResolvedOptions(given, ["DATASET"]) == {"DATASET": "shop_orders"}


def test_an_argument_that_is_missing_is_named() -> None:
    with pytest.raises(GlueArgumentError, match="--DATASET"):
        getResolvedOptions(["job.py", "--DAY", "2026-01-05"], ["DATASET"])
