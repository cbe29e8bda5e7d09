"""`divisa lake ask`, and what is told of the databases, against those that a laptop cloud has."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import typer
from sqlalchemy import NullPool, create_engine
from typer.testing import CliRunner

from divisa.domain.errors import LaptopCloudError, StoreUnavailable
from lake.contract.contract import Sink
from lake.sinks import warehouse_sql
from lake.sinks.arguments import URL
from lake.sinks.reporting import Report
from local import cloud, databases
from local.cli.lake import ask
from local.lake import sinks
from local.processes import free_port
from tests.integration.lake.sinks.test_reports import hired

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy

    from lake.sinks.relational import RelationalSink
    from local.cloud import LaptopCloud
    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration


def template() -> dict[str, Any]:
    job = {
        "Type": "AWS::Glue::Job",
        "Properties": {"DefaultArguments": {"--BUCKET": "lake", "--RELATIONAL_SECRET": ""}},
    }
    return {"Resources": {"Job": job, "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}}}}


@pytest.fixture
def running(ministack: BareMiniStack, address: sqlalchemy.URL) -> Iterator[LaptopCloud]:
    """What commands need of a cloud with a PostgreSQL."""
    databases.point_at(template(), ministack.addresses, address)
    yield cast("LaptopCloud", SimpleNamespace(addresses=ministack.addresses))
    ministack.client("secretsmanager").delete_secret(SecretId=databases.SECRET, ForceDeleteWithoutRecovery=True)


def test_jobs_are_told_of_a_secret_with_the_address_and_nothing_else_is(
    ministack: BareMiniStack, running: LaptopCloud, address: sqlalchemy.URL
) -> None:
    changed, moved = template(), address.set(port=free_port())
    databases.point_at(changed, running.addresses, moved)

    assert changed["Resources"]["Bucket"] == template()["Resources"]["Bucket"]
    told = changed["Resources"]["Job"]["Properties"]["DefaultArguments"]
    assert told == {"--BUCKET": "lake"} | dict.fromkeys(["--RELATIONAL_SECRET", "--WAREHOUSE_SECRET"], databases.SECRET)
    assert databases.address(running.addresses) == moved
    held = ministack.client("secretsmanager").get_secret_value(SecretId=databases.SECRET)["SecretString"]
    assert set(json.loads(held)) == {URL}


def test_people_ask_a_database_for_a_report(
    running: LaptopCloud, address: sqlalchemy.URL, sink: RelationalSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "running", lambda: running)
    app = typer.Typer()
    app.command("ask")(ask.ask)

    def run(*arguments: str) -> str:
        answer = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments), catch_exceptions=False)
        assert answer.exit_code == 0
        return answer.stdout

    hires = [("2021-01-01T00:00:00", 1, 1), ("2021-05-01T00:00:00", 1, 1), ("2021-05-01T00:00:00", 2, 1)]
    hired(sink, ["Supply", "[Staff]"], ["Cook"], *hires)
    there = run("hires_by_quarter", "--year", "2021")
    assert ["[Staff]", "Cook", "0", "1", "0", "0"] in [line.split() for line in there.splitlines()]
    assert "2 rows." in there
    [row] = json.loads(run("departments_above_mean", "--year", "2021", "--json"))
    assert row == {"id": 1, "department": "Supply", "hired": 2}
    assert "0 rows." in run("hires_by_quarter", "--year", "2020")

    assert sinks.said(sinks.taken(running)) == "relational: 6 rows in 3 tables; warehouse: 0 rows in 0 tables"
    engine = create_engine(address, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {warehouse_sql.SCHEMA}")
        for table in ("hr_departments", "hr_hired_employees", "hr_jobs"):
            connection.exec_driver_sql(f"CREATE TABLE warehouse.{table} AS TABLE public.{table}")
    assert run("hires_by_quarter", "--year", "2021", "--of", "warehouse") == there


def test_a_database_that_is_not_there_or_does_not_answer_is_an_error_of_ours(
    ministack: BareMiniStack, running: LaptopCloud, address: sqlalchemy.URL
) -> None:
    databases.point_at(template(), ministack.addresses, address.set(port=free_port()))
    with pytest.raises(StoreUnavailable, match="^relational: the database did not answer"):
        sinks.ask(running, Report.ENERGY_MARGIN, 2024, Sink.RELATIONAL)
    ministack.client("secretsmanager").delete_secret(SecretId=databases.SECRET, ForceDeleteWithoutRecovery=True)
    with pytest.raises(LaptopCloudError, match="no database is told of"):
        sinks.taken(running)
    databases.point_at(template(), ministack.addresses, address)


def test_the_command_knows_the_reports_and_the_sinks_that_there_are() -> None:
    assert [*ask.Name] == [*Report]
    assert {str(each) for each in ask.Of} == {str(each) for each in Sink}
