"""Persons are erased from a versioned bucket, Iceberg tables and the databases beside them, and searched for there."""

from __future__ import annotations

import uuid
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow.fs import S3FileSystem
from pyiceberg.avro.file import AvroFile
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.typedef import Record
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession
from sqlalchemy import inspect, text

from lake.contract.contract import Sink
from lake.contract.reading import contracts
from lake.engines.spark import Spark
from lake.erasing.decoding import decoded
from lake.erasing.erase import Erase
from lake.erasing.history import IcebergHistory
from lake.erasing.versions import OldVersions
from lake.sinks.changes import IcebergChanges
from lake.sinks.postgres_warehouse import PostgresWarehouse
from lake.sinks.publishing import Publishing
from lake.sinks.relational import RelationalSink
from lake.sinks.target import ByFile
from lake.storage.s3 import S3Objects
from tests.unit.lake.erasing.lake_of_people import OTHERS, SECRET, THEIRS, accounts, fill, load, mark, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from lake.sinks.target import Target
    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration

KEYS = {"access_key": "test", "secret_key": "test"}
DATASETS = ("fx_transactions", "fx_suggestions", "hr_hired_employees")


class Bucket:
    """A lake in a versioned bucket, with its tables, and the PostgreSQL that these are loaded into."""

    def __init__(self, cloud: BareMiniStack, spark: SparkSession, engine: Engine) -> None:
        name = f"lake-{uuid.uuid4().hex[:12]}"
        self.s3 = cloud.client("s3")
        self.name = name
        self.s3.create_bucket(Bucket=name)
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        databases = {zone: f"{zone}_{name.replace('-', '_')}" for zone in ("silver", "gold")}
        for database in databases.values():
            cloud.client("glue").create_database(DatabaseInput={"Name": database})
        properties: dict[str, Any] = {"s3.endpoint": cloud.endpoint_url, "s3.region": "us-east-1"}
        catalog = GlueCatalog("lake", **properties)
        self.objects = S3Objects(self.s3, name)
        self.session = Spark(spark, catalog, databases, f"s3://{name}")
        history = IcebergHistory(catalog, databases, self.objects, timedelta(0))
        old = OldVersions(self.s3, name)
        files = S3FileSystem(endpoint_override=cloud.endpoint_url, region="us-east-1", **KEYS)
        self.engine = engine
        targets: dict[Sink, Target] = {
            Sink.RELATIONAL: RelationalSink(engine),
            Sink.WAREHOUSE: ByFile(PostgresWarehouse(engine, files), self.objects, "run", old),
        }
        self.publish = Publishing(self.objects, contracts(), IcebergChanges(catalog, databases), targets)
        self.erase = Erase(
            self.objects,
            contracts(),
            lambda: self.session,
            SECRET,
            old,
            history,
            sinks=(self.publish.forget,),
            load_beside=self.publish,
        )
        self.silver = databases["silver"]

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

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Every row of the databases, as text, by schema and table."""
        with self.engine.connect() as connection:
            for schema in ("public", "warehouse"):
                for table in inspect(connection).get_table_names(schema):
                    rows = connection.execute(text(f"SELECT CAST(row AS text) FROM {schema}.{table} AS row"))  # noqa: S608
                    yield f"{schema}/{table}", "\n".join(rows.scalars()).encode()

    def named(self) -> dict[str, set[str]]:
        """Whom tables of the databases name."""
        return traces(self.rows(), bytes.decode, *THEIRS.values())


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


@pytest.fixture(scope="module")
def spark(ministack: BareMiniStack) -> Iterator[SparkSession]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ministack.environ().items():
            patch.setenv(name, value)
        patch.setenv("AWS_ALLOW_HTTP", "true")
        patch.setenv("SAIL_CATALOG__DEFAULT_CATALOG", "lake")
        patch.setenv(
            "SAIL_CATALOG__LIST",
            f'[{{name="lake", type="glue", region="us-east-1", endpoint_url="{ministack.endpoint_url}"}}]',
        )
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").create()
        try:
            yield session
        finally:
            session.stop()
            server.stop()


def test_no_version_of_any_object_and_no_database_names_an_erased_person(
    ministack: BareMiniStack, spark: SparkSession, engine: Engine
) -> None:
    lake = Bucket(ministack, spark, engine)
    fill(lake.objects, DATASETS)
    load(lake.objects, lake.session)
    lake.publish(DATASETS)
    assert {key.partition("/")[2] for key in lake.named()} == {*DATASETS, "user_days"}
    beside = dict(lake.rows())
    lake.objects.put("landing/fx_transactions/a.csv", b"user_id,event_time,pair,side,quantity,price\n")
    before, found = accounts(lake.objects), lake.traces()
    assert {key.partition("/")[0] for key in found} >= {
        "landing", "bronze", "typed", "quarantine", "silver", "gold", "decisions", "receipts", "loads", "runs",
    }  # fmt: skip
    assert any(key.endswith(".avro") for key in found), "manifests have bounds"
    pseudonym = mark(lake.objects)

    waits = lake.erase(datetime.now(UTC))
    load(lake.objects, lake.session, "r2")
    report = lake.erase(datetime.now(UTC), everybody=True)

    assert (waits.unaccounted, report.unaccounted, report.waiting) == (0, 0, 0)
    assert lake.traces() == {}
    assert lake.named() == {}
    for schema in ("public", "warehouse"):
        ledger = dict(lake.rows())[f"{schema}/fx_transactions"].decode()
        assert (
            ledger.count(pseudonym) == beside[f"{schema}/fx_transactions"].decode().count(f"({THEIRS['user']},") == 20
        )
    after = accounts(lake.objects)
    assert after["erased"] == report.rows == waits.rows > 0
    assert after["rows"] == before["rows"]
    who = Counter(user for (user,) in lake.session.run(f"SELECT user_id FROM {lake.silver}.fx_transactions"))  # noqa: S608
    assert who == {pseudonym: 20, OTHERS["user"]: 40}
    told = Counter(user for (user,) in lake.session.run(f"SELECT user_id FROM {lake.silver}.fx_suggestions"))  # noqa: S608
    assert told == {OTHERS["user"]: 40}
