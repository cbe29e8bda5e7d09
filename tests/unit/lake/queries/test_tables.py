"""What Glue is told of the accounts and of the quarantine."""

from __future__ import annotations

from datetime import UTC, datetime

from lake.contract.reading import contracts
from lake.loading import accounting
from lake.loading.load import Load
from lake.queries.tables import control_tables, late_table

ACCOUNTS, QUARANTINE = control_tables("s3://lake", ["fx_prices", "hr_jobs"])


def test_the_accounts_have_the_columns_of_their_file() -> None:
    columns = {each["Name"]: each["Type"] for each in ACCOUNTS["StorageDescriptor"]["Columns"]}
    assert list(columns) == accounting.SCHEMA.names
    assert (columns["received_at"], columns["rows_in"], columns["reasons"]) == ("timestamp", "bigint", "string")
    assert ACCOUNTS["StorageDescriptor"]["Location"] == "s3://lake/accounts/"


def test_the_quarantine_is_found_where_loads_put_it_without_anybody_telling_glue_of_a_new_day() -> None:
    load = Load("hr_jobs", "ab12", datetime(2024, 3, 1, tzinfo=UTC), "landing/hr_jobs/a.csv", 1)
    parameters = QUARANTINE["Parameters"]
    folder = parameters["storage.location.template"].replace("${dataset}", load.dataset)
    assert f"s3://lake/{load.quarantine}".startswith(folder.replace("${load_date}", "2024-03-01") + "/")
    assert parameters["projection.dataset.values"] == "fx_prices,hr_jobs,unknown"
    assert [each["Name"] for each in QUARANTINE["PartitionKeys"]] == ["dataset", "load_date"]
    columns = {each["Name"]: each["Type"] for each in QUARANTINE["StorageDescriptor"]["Columns"]}
    assert columns == {"_line": "bigint", "raw": "binary", "reasons": "array<string>", "says": "array<string>"}


def test_what_came_too_late_is_found_where_loads_keep_it_with_the_columns_of_silver() -> None:
    load = Load("shop_orders", "ab12", datetime(2024, 3, 1, tzinfo=UTC), "landing/shop_orders/a.csv", 1)
    table = late_table("s3://lake", contracts()["shop_orders"])
    folder = table["Parameters"]["storage.location.template"].replace("${load_date}", "2024-03-01")
    columns = {each["Name"]: each["Type"] for each in table["StorageDescriptor"]["Columns"]}
    assert f"s3://lake/{load.late}" == f"{folder}/ab12.parquet"
    assert list(columns) == [*contracts()["shop_orders"].columns, "_load", "_line"]
    assert {columns["event_time"], columns["_line"]} == {"timestamp", "bigint"}
