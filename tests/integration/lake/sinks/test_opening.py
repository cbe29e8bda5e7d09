"""The sinks that a job's arguments name, with their secrets in a MiniStack."""

from __future__ import annotations

import argparse
import json
import logging
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text

from divisa.domain.errors import InvalidSetting
from lake.contract.contract import Sink
from lake.sinks.arguments import add_arguments
from lake.sinks.opening import targets
from lake.sinks.relational import RelationalSink
from lake.sinks.target import ByFile
from lake.storage.s3 import S3Objects
from tests.integration.lake.sinks.typed import JOBS, jobs

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

    from lake.sinks.target import Target
    from tests.ministack import BareMiniStack

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("ministack_environ")]
WORKGROUP = ("--REDSHIFT_WORKGROUP", "divisa")
ROLE = ("--REDSHIFT_COPY_ROLE_ARN", "arn:aws:iam::000000000000:role/copy")


def opened(cloud: BareMiniStack, *arguments: str, bucket: str = "lake") -> dict[Sink, Target]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(arguments)
    options.RUN = "run"
    return targets(options, S3Objects(cloud.client("s3"), bucket), lambda prefix: 0)


def secret(cloud: BareMiniStack, **fields: str) -> str:
    name = f"secret-{uuid4().hex}"
    cloud.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(fields))
    return name


@pytest.mark.parametrize(
    "arguments", [(), ("--RELATIONAL_SECRET", "", "--REDSHIFT_WORKGROUP", ""), ("--RELATIONAL_SECRET",)]
)
def test_what_is_told_by_nothing_is_not_there(ministack: BareMiniStack, arguments: tuple[str, ...]) -> None:
    assert opened(ministack, *arguments) == {}


def test_databases_whose_address_is_a_secret_are_loaded_both_of_them(
    ministack: BareMiniStack, address: URL, engine: Engine
) -> None:
    name, bucket = secret(ministack, url=address.render_as_string(hide_password=False)), f"lake-{uuid4().hex}"
    ministack.client("s3").create_bucket(Bucket=bucket)
    found = opened(ministack, "--RELATIONAL_SECRET", name, "--WAREHOUSE_SECRET", name, bucket=bucket)
    for sink in Sink:
        assert found[sink].replace(JOBS, jobs((1, "Cook"), (2, "Clerk"))).inserted == 2
        assert found[sink].load(JOBS, jobs((3, "Pilot"))).inserted == 1
        assert found[sink].replace(JOBS, jobs((3, "Pilot"))).removed == 2
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM hr_jobs, warehouse.hr_jobs AS other")).scalar_one() == 1
    assert "Contents" not in ministack.client("s3").list_objects_v2(Bucket=bucket)


def test_a_warehouse_on_aws_is_redshift(ministack: BareMiniStack) -> None:
    found = opened(ministack, *WORKGROUP, *ROLE, "--REDSHIFT_DATABASE", "lake")
    assert isinstance(found[Sink.WAREHOUSE], ByFile)
    assert Sink.RELATIONAL not in found


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (WORKGROUP, "REDSHIFT_DATABASE: is missing"),
        ((*ROLE, "--REDSHIFT_DATABASE", "lake"), "REDSHIFT_WORKGROUP: is missing"),
        (("--RELATIONAL_SECRET", "no-such-secret"), "no-such-secret: there is no such secret"),
    ],
)
def test_a_setting_that_is_wrong_is_named(ministack: BareMiniStack, told: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{problem}$"):
        opened(ministack, *told)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"address": "postgresql://user:Quetzal-7@db/lake"},
            "WAREHOUSE_SECRET: names a secret without the field `url`",
        ),
        ({"url": "mssql://user:Quetzal-7@db/lake"}, "RELATIONAL_URL: is of none of postgresql, mysql"),
    ],
)
def test_a_secret_that_is_wrong_is_named_and_not_repeated(
    ministack: BareMiniStack, fields: dict[str, str], problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(InvalidSetting, match=f"^{problem}$"):
        opened(ministack, "--WAREHOUSE_SECRET", secret(ministack, **fields))
    assert "Quetzal-7" not in caplog.text


def test_the_relational_database_is_one_that_sqlalchemy_knows(ministack: BareMiniStack, address: URL) -> None:
    name = secret(ministack, url=address.render_as_string(hide_password=False))
    [found] = opened(ministack, "--RELATIONAL_SECRET", name).values()
    assert isinstance(found, RelationalSink)
