"""The named queries asked of an Athena, by PyAthena, over Parquet and Iceberg tables of a Glue catalog."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.glue import GlueCatalog

from divisa.domain.errors import QueryFailed
from lake.contract.reading import contracts
from lake.engines import iceberg
from lake.engines.session import Table, silver
from lake.ingestion.conversion import QUARANTINE
from lake.loading.accounting import SCHEMA
from lake.queries.athena import Athena
from lake.queries.catalogue import Databases, Statement, named
from lake.report.page import page
from lake.report.tables import IcebergTables
from lake.storage.s3 import S3Objects
from lake.transformations.catalogue import transformations
from tests.integration.lake.catalogued import make_control, make_work_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration

BUCKET = "asked-lake"
DATABASES = Databases("asked_silver", "asked_gold", "asked_control")
PRICE = {
    **{"pair": "USD/MXN", "day": date(2024, 1, 2), "prices": 3, "mean": 17.25},
    **{
        name: Decimal(mid) for name, mid in {"open": "17", "high": "18", "low": "16.5", "close": "17.123456789"}.items()
    },
}


@pytest.fixture(scope="module")
def athena(ministack: BareMiniStack) -> Iterator[Athena]:
    """Asks a lake with the accounts of one load, and the prices of a pair on one day."""
    root = f"s3://{BUCKET}"
    ministack.client("s3").create_bucket(Bucket=BUCKET)
    ministack.client("glue").create_database(DatabaseInput={"Name": DATABASES.gold})
    make_control(ministack, DATABASES.control, root)
    make_work_group(ministack, BUCKET, root)
    _put_account(ministack)
    schema = transformations()["daily_prices"].columns
    made = iceberg.prepare(
        _catalog(ministack), DATABASES.gold, Table("gold", "daily_prices", schema), f"{root}/gold/daily_prices"
    )
    made.append(pa.Table.from_pylist([PRICE, {**PRICE, "pair": "USD/BRL"}], schema))
    settings = ministack.addresses.client_settings("athena")
    found = Athena(DATABASES, work_group=BUCKET, client_settings=settings)
    with closing(found):
        yield found


def _put_account(ministack: BareMiniStack) -> None:
    counts = {"rows_in": 10, "silver": 8, "quarantine": 2, "duplicates": 0, "late": 0, "unaccounted": 0}
    name = {"dataset": "fx_prices", "load": "ab12", "file": "=1+1.csv", "reasons": '{"crossed": 2}'}
    row = {**name, "received_at": datetime.fromisoformat("2024-01-05T14:15:00"), **counts}
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([row], SCHEMA), out)
    key = "accounts/dataset=fx_prices/accounts.parquet"
    ministack.client("s3").put_object(Bucket=BUCKET, Key=key, Body=bytes(out.getvalue()))


def _catalog(ministack: BareMiniStack) -> GlueCatalog:
    settings = ministack.addresses.client_settings("s3")
    address = {
        "endpoint": settings["endpoint_url"],
        "region": settings["region_name"],
        "access-key-id": settings["aws_access_key_id"],
        "secret-access-key": settings["aws_secret_access_key"],
    }
    properties: Any = {f"{service}.{name}": value for service in ("glue", "s3") for name, value in address.items()}
    return GlueCatalog("lake", **properties)


def test_an_answer_has_the_types_of_its_iceberg_table(athena: Athena) -> None:
    found = athena.run("price_by_day", {"pair": "USD/MXN", "since": "2024-01-01", "until": "2024-01-31"})
    assert found.to_pylist() == [{name: value for name, value in PRICE.items() if name != "pair"}]
    assert found.schema.field("day").type == pa.date32()
    assert pa.types.is_decimal(found.schema.field("close").type)


@pytest.mark.usefixtures("athena")
def test_the_page_is_made_of_the_same_tables(ministack: BareMiniStack) -> None:
    tables = IcebergTables(_catalog(ministack), DATABASES.gold, S3Objects(ministack.client("s3"), BUCKET))
    html = page(tables, contracts(), at=datetime(2024, 1, 6, tzinfo=UTC))
    assert "USD/BRL cerró en 17,1235" in html.replace("\u00a0", " ")
    assert "Se sabe qué fue de cada una de las 10 filas" in html.replace("\u00a0", " ")


def test_what_became_of_a_files_rows_is_found_without_telling_glue_of_it(athena: Athena) -> None:
    found = athena.run("files_of_dataset", {"dataset": "fx_prices", "since": "2024-01-05"})
    assert found.schema.field("received_at").type == pa.timestamp("us")
    [row] = found.to_pylist()
    assert (row["received_at"], row["load"]) == (datetime.fromisoformat("2024-01-05T14:15:00"), "ab12")
    assert athena.run("rows_by_dataset", {})["quarantine"].to_pylist() == [2]


def test_what_was_set_aside_is_found_without_telling_glue_of_a_new_day(
    athena: Athena, ministack: BareMiniStack
) -> None:
    for day, line in (("2024-01-04", 2), ("2024-01-05", 3), ("2024-01-06", 4)):
        out = pa.BufferOutputStream()
        row = {"_line": line, "raw": b"x", "reasons": ["crossed"], "says": ["bid is not below ask"]}
        pq.write_table(pa.Table.from_pylist([row], QUARANTINE), out)
        key = f"quarantine/fx_prices/load_date={day}/ab12.parquet"
        ministack.client("s3").put_object(Bucket=BUCKET, Key=key, Body=bytes(out.getvalue()))
    found = athena.run("quarantine_by_reason", {"since": "2024-01-05"})
    assert found.to_pylist() == [{"dataset": "fx_prices", "reason": "crossed", "rows_set_aside": 2}]


def test_a_string_that_would_be_sql_is_a_string_like_any_other(athena: Athena) -> None:
    wicked = {"dataset": "x' OR '1'='1", "since": "2024-01-01"}
    assert len(athena.run("files_of_dataset", wicked)) == 0


def test_athena_takes_every_query_over_the_tables_of_the_lake(athena: Athena, ministack: BareMiniStack) -> None:
    ministack.client("glue").create_database(DatabaseInput={"Name": DATABASES.silver})
    tables = [silver(contract) for contract in contracts().values()]
    tables += [Table("gold", each.name, each.columns) for each in transformations().values()]
    for table in tables:
        database = {"silver": DATABASES.silver, "gold": DATABASES.gold}[table.zone]
        iceberg.prepare(_catalog(ministack), database, table, f"s3://{BUCKET}/{table.zone}/{table.name}")
    for query in named().values():
        found = athena.run(query.name, {each.name: each.example for each in query.parameters})
        assert found.num_columns > 1, query.name


def test_why_a_query_failed_is_said_in_athenas_words(athena: Athena) -> None:
    with pytest.raises(QueryFailed, match="nowhere"):
        athena.answer(Statement('SELECT * FROM "asked_gold".nowhere', ()))
