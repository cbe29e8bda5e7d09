from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from divisa.domain.errors import ConcurrentUpdate, DivisaError, InvalidInput, StoreRefused, StoreUnavailable
from lake.contract.reading import contracts
from lake.sinks.loaded import Loaded
from lake.sinks.redshift import LONGEST_PAUSE_SECONDS, RedshiftWarehouse
from lake.sinks.settings import RedshiftSettings
from lake.sinks.table import SinkTable

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = RedshiftSettings("lake", "divisa", "arn:aws:iam::000000000000:role/copy", redshift_seconds=60)
JOBS = SinkTable.of_contract(contracts()["hr_jobs"])
PEOPLE = SinkTable.of_contract(contracts()["hr_hired_employees"])
FILE = "s3://lake-bucket/rows.parquet"
NOW = datetime(2024, 1, 5, tzinfo=UTC)
BEGUN = {"Id": "5d0a", "CreatedAt": NOW, "Database": "lake", "WorkgroupName": "divisa"}


class World(NamedTuple):
    """A warehouse, what its Data API will answer, and how long was waited."""

    warehouse: RedshiftWarehouse
    answers: Stubber
    waited: list[float]

    def told(self, status: str, **more: Any) -> None:
        self.answers.add_response("describe_statement", {"Id": "5d0a", "Status": status, **more}, {"Id": "5d0a"})


@pytest.fixture
def world() -> Iterator[World]:
    client = boto3.client(
        "redshift-data", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    waited: list[float] = []
    warehouse = RedshiftWarehouse(client, SETTINGS, waited.append, lambda: sum(waited))
    with Stubber(client) as answers:
        yield World(warehouse, answers, waited)
        answers.assert_no_pending_responses()
    client.close()


def begun(world: World) -> None:
    asked = {"Sqls": ANY, "Database": "lake", "WorkgroupName": "divisa", "StatementName": ANY}
    world.answers.add_response("batch_execute_statement", BEGUN, asked)


def counts(*rows: int) -> list[dict[str, Any]]:
    return [{"Id": f"5d0a:{number}", "ResultRows": count} for number, count in enumerate(rows, 1)]


def test_a_load_is_one_batch_and_is_asked_after_with_growing_pauses(world: World) -> None:
    begun(world)
    for status in ("SUBMITTED", "PICKED", "STARTED"):
        world.told(status)
    world.told("FINISHED", SubStatements=counts(0, 0, 0, 10, 1, 3, 4, 2, 6, 0))
    assert world.warehouse.load(JOBS, FILE, whole=True) == Loaded(inserted=4, updated=2, unchanged=4, removed=3)
    assert world.waited == [0.1, 0.2, 0.4]


def test_a_person_is_named_by_a_parameter_and_never_in_a_statement(world: World) -> None:
    begun(world)
    world.told("FINISHED")
    sql = 'DELETE FROM "warehouse"."hr_hired_employees" WHERE "name" = CAST(:value AS VARCHAR(800))'
    asked = {"Sql": sql, "Parameters": [{"name": "value", "value": "O'Neil"}]}
    world.answers.add_response("execute_statement", BEGUN, {**asked, "Database": "lake", "WorkgroupName": "divisa"})
    world.told("FINISHED", ResultRows=3)
    assert world.warehouse.delete_where(PEOPLE, "name", "O'Neil") == 3


@pytest.mark.parametrize(
    ("status", "problem", "error", "words"),
    [
        ("FAILED", "ERROR: Divide by zero Detail: key (Ana)", InvalidInput, "hr_jobs: two rows have the same key"),
        (
            *("FAILED", "ERROR: 1023 DETAIL: Serializable isolation violation on table Ana", ConcurrentUpdate),
            "hr_jobs: somebody else wrote to it meanwhile (statement 5d0a)",
        ),
        ("FAILED", "ERROR: permission denied, Ana", StoreRefused, "hr_jobs: the warehouse refused statement 5d0a"),
        ("ABORTED", "", StoreUnavailable, "hr_jobs: the warehouse gave statement 5d0a up"),
    ],
)
def test_what_failed_is_told_by_its_id_and_without_a_value(
    world: World, status: str, problem: str, error: type[DivisaError], words: str
) -> None:
    begun(world)
    world.told(status, Error=problem)
    with pytest.raises(error) as told:
        world.warehouse.load(JOBS, FILE)
    assert str(told.value) == words
    assert type(told.value) is error


def test_what_takes_too_long_is_given_up_and_cancelled(world: World) -> None:
    begun(world)
    for _ in range(18):
        world.told("STARTED")
    world.answers.add_response("cancel_statement", {"Status": True}, {"Id": "5d0a"})
    with pytest.raises(StoreUnavailable, match="statement 5d0a was not done in 60 s"):
        world.warehouse.load(JOBS, FILE)
    assert max(world.waited) == LONGEST_PAUSE_SECONDS
    assert 60 <= sum(world.waited) < 60 + LONGEST_PAUSE_SECONDS


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ActiveStatementsExceededException", StoreUnavailable),
        ("ThrottlingException", StoreUnavailable),
        ("InternalServerException", StoreUnavailable),
        ("AccessDeniedException", StoreRefused),
        ("ValidationException", StoreRefused),
    ],
)
def test_what_the_data_api_does_not_take_may_be_tried_again_or_not(
    world: World, code: str, error: type[DivisaError]
) -> None:
    world.answers.add_client_error("batch_execute_statement", code, "no", 400)
    with pytest.raises(error, match=code) as told:
        world.warehouse.load(JOBS, FILE)
    assert type(told.value) is error
    assert told.value.__cause__ is not None


def test_a_data_api_that_nobody_reaches_is_unavailable() -> None:
    client = boto3.client(
        "redshift-data",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(StoreUnavailable, match="EndpointConnectionError"):
        RedshiftWarehouse(client, SETTINGS).load(JOBS, FILE)
    client.close()


def test_a_warehouse_is_named_by_the_environment() -> None:
    environment = {
        "REDSHIFT_DATABASE": "lake",
        "REDSHIFT_WORKGROUP": "divisa",
        "REDSHIFT_COPY_ROLE_ARN": "arn:aws:iam::000000000000:role/copy",
    }
    told = RedshiftSettings.from_environment(environment)
    assert (told.redshift_database, told.redshift_workgroup, told.redshift_seconds) == ("lake", "divisa", 900)
