"""`divisa lake query` and `divisa lake report` against the services that a laptop cloud has."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from lake.loading.accounting import SCHEMA
from local import cloud
from local.cli.lake import query, report
from tests.integration.lake.catalogued import make_control, make_work_group
from tests.unit.lake.report.tables import account

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration

BUCKET = "commanded-lake"


@pytest.fixture
def commands(ministack: BareMiniStack, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The commands, of a cloud whose lake has received one file."""
    ministack.client("s3").create_bucket(Bucket=BUCKET)
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([account("fx_prices", timedelta(hours=1))], SCHEMA), out)
    key = "accounts/dataset=fx_prices/accounts.parquet"
    ministack.client("s3").put_object(Bucket=BUCKET, Key=key, Body=bytes(out.getvalue()))
    make_control(ministack, "commanded_control", f"s3://{BUCKET}")
    make_work_group(ministack, BUCKET, f"s3://{BUCKET}")
    deployment = SimpleNamespace(
        lake_bucket_name=BUCKET,
        silver_database_name="commanded_silver",
        gold_database_name="commanded_gold",
        control_database_name="commanded_control",
        lake_work_group_name=BUCKET,
    )
    running = SimpleNamespace(addresses=ministack.addresses, deployment=deployment)
    monkeypatch.setattr(cloud, "running", lambda: running)
    app = typer.Typer()
    app.command("query")(query.query)
    app.command("report")(report.report)
    return app


def test_people_ask_the_lake_and_have_its_page(commands: typer.Typer, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        answer = CliRunner(env={"COLUMNS": "200"}).invoke(commands, list(arguments), catch_exceptions=False)
        assert answer.exit_code == 0
        return answer.stdout

    assert run("query", "rows_by_dataset", "--format", "csv").splitlines() == [
        "dataset,files,rows_in,silver,duplicates,late,quarantine,unaccounted",
        "fx_prices,1,100,100,0,0,0,0",
    ]
    assert "1 rows." in run("query", "rows_by_dataset")
    run("query", "rows_by_dataset", "--format", "parquet", "--out", str(tmp_path / "rows.parquet"))
    assert pq.read_table(tmp_path / "rows.parquet")["rows_in"].to_pylist() == [100]
    run("report", "--out", str(tmp_path / "lake.html"), "--language", "en")
    page = (tmp_path / "lake.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "It is known what became of each of the 100 rows" in page
    assert "There are no prices yet." in page
