"""Persons are erased from a bucket with versions, Iceberg tables and databases, and searched for everywhere."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import pytest
from pyiceberg.avro.file import AvroFile
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.typedef import Record
from pyspark.sql import SparkSession
from sqlalchemy import inspect, text

from lake.contract.reading import contracts
from lake.erasing.decoding import decoded
from lake.loading import job
from lake.storage.s3 import S3Objects
from local.lake import feeds
from tests.unit.lake.erasing.lake_of_people import (
    OTHERS,
    SECRET,
    THEIRS,
    accounts,
    body,
    fill,
    load,
    mark,
    rows_of,
    traces,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from tests.integration.lake.loading.conftest import Sail
    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration

DATASETS = ("fx_transactions", "fx_suggestions", "hr_hired_employees")


class Bucket:
    """A lake in a versioned bucket, with its tables, and the PostgreSQL that these are loaded into."""

    def __init__(self, cloud: BareMiniStack, sail: Sail, engine: Engine) -> None:
        name = f"lake-{uuid.uuid4().hex[:12]}"
        self.s3 = cloud.client("s3")
        self.name = name
        self.s3.create_bucket(Bucket=name)
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self.databases = {zone: f"{zone}_{name.replace('-', '_')}" for zone in ("silver", "gold")}
        for database in self.databases.values():
            cloud.client("glue").create_database(DatabaseInput={"Name": database})
        secret = {"key": SECRET.decode(), "url": engine.url.render_as_string(hide_password=False)}
        cloud.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
        self.engine = engine
        self.objects = S3Objects(self.s3, name)
        self.session = sail.session(self.databases, f"s3://{name}")

    def take(self, step: str, run: str, at: datetime) -> None:
        """Take a step as the job does."""
        places = ["--BUCKET", self.name, "--SECRET", self.name]
        places += ["--SILVER", self.databases["silver"], "--GOLD", self.databases["gold"]]
        places += ["--RELATIONAL_SECRET", self.name, "--WAREHOUSE_SECRET", self.name]
        job.main(["--STEP", step, "--RUN", run, "--STARTED", at.isoformat(), *places])

    def versions(self) -> Iterator[tuple[str, bytes]]:
        """Every version of every object, those that were replaced or deleted among them."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name):
            for each in page.get("Versions", []):
                got = self.s3.get_object(Bucket=self.name, Key=each["Key"], VersionId=each["VersionId"])
                with closing(got["Body"]) as content:
                    yield each["Key"], content.read()
            yield from ((each["Key"], b"") for each in page.get("DeleteMarkers", []))

    def traces(self) -> dict[str, set[str]]:
        return traces(self.versions(), everything, *THEIRS.values())

    def rows(self) -> dict[str, str]:
        """Every row of the databases, as text, by schema and table."""
        with self.engine.connect() as connection:
            return {
                f"{schema}/{table}": "\n".join(
                    connection.execute(text(f"SELECT CAST(row AS text) FROM {schema}.{table} AS row")).scalars()  # noqa: S608
                )
                for schema in ("public", "warehouse")
                for table in inspect(connection).get_table_names(schema)
            }

    def named(self) -> dict[str, set[str]]:
        """Whom tables of the databases name."""
        return traces(((table, rows.encode()) for table, rows in self.rows().items()), bytes.decode, *THEIRS.values())


def everything(content: bytes) -> str:
    """What bytes say, of Avro as well, in which manifests have the least and the greatest value of each column.

    Of a string that is its beginning, of a number its eight bytes.
    """
    if not content.startswith(b"Obj\x01"):
        return decoded(content)
    output = PyArrowFileIO().new_output(f"file://{gettempdir()}/{uuid.uuid4().hex}.avro")
    with output.create() as file:
        file.write(content)
    with AvroFile[Record](output.to_input_file()) as rows:
        text = "\n".join(repr(row) for row in rows)
    Path(output.location.removeprefix("file://")).unlink()
    user, employee = THEIRS["user"], THEIRS["employee"]
    bounds = {user: user[:16], employee: repr(int(employee).to_bytes(8, "little"))[2:-1]}
    return "\n".join([text, *(each for each, bound in bounds.items() if bound in text)])


@pytest.fixture
def lake(ministack: BareMiniStack, sail: Sail, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setenv("SPARK_REMOTE", sail.address)  # where the job finds its Spark
    yield Bucket(ministack, sail, engine)
    spark = SparkSession.getActiveSession()
    assert spark is not None
    spark.stop()


def test_the_job_leaves_no_version_of_any_object_and_no_database_that_names_an_erased_person(lake: Bucket) -> None:
    fill(lake.objects, DATASETS)
    load(lake.objects, lake.session)
    come_too_late(lake)
    load(lake.objects, lake.session, "r2")
    lake.take("publish", "r2", datetime.now(UTC))
    assert {table.partition("/")[2] for table in lake.named()} == {*DATASETS, "user_days"}
    before, found = accounts(lake.objects), lake.traces()
    assert {key.partition("/")[0] for key in found} >= {
        "landing", "bronze", "typed", "quarantine", "late", "silver", "gold", "decisions", "receipts", "loads", "runs",
    }  # fmt: skip
    assert any(key.endswith(".avro") for key in found), "manifests have bounds"
    pseudonym = mark(lake.objects)

    # Files of the last hour may be of commits at work, and would have to wait.
    lake.take("erase", "by-hand", datetime.now(UTC) + timedelta(hours=2))

    assert lake.traces() == {}
    assert lake.named() == {}
    for schema in ("public", "warehouse"):
        assert lake.rows()[f"{schema}/fx_transactions"].count(pseudonym) == 21
    assert lake.objects.find(f"erased/{pseudonym}.json") is not None
    after = accounts(lake.objects)
    assert after["erased"] > 0
    assert after["rows"] == before["rows"]
    # The ledger's loads are merged once more, with their late rows.
    assert users(lake, "fx_transactions") == {pseudonym: 21, OTHERS["user"]: 42}
    assert users(lake, "fx_suggestions") == {OTHERS["user"]: 40}


def come_too_late(lake: Bucket) -> None:
    """Let rows land that happened long before the newest, and one file in place of another one."""
    for dataset in ("fx_transactions", "fx_suggestions"):
        contract = contracts()[dataset]
        window = contract.merge_window
        assert window is not None
        old = [feeds.shifted(contract, row, 40 * window) for row in rows_of(contract, 3, seed=2)]
        lake.objects.put(f"landing/{dataset}/late.csv", body(contract, old))
    lake.objects.put("landing/fx_transactions/a.csv", b"user_id,event_time,pair,side,quantity,price\n")


def users(lake: Bucket, dataset: str) -> Counter[str]:
    """Whose the rows of silver are."""
    rows = lake.session.run(f"SELECT user_id FROM {lake.databases['silver']}.{dataset}")  # noqa: S608 - names of ours
    return Counter(user for (user,) in rows)
