"""Sail on the tables of a MiniStack, for all tests of the folder; each gets databases and a bucket of its own."""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest
from pyiceberg.catalog.glue import GlueCatalog
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

from lake.engines.spark import Spark
from lake.storage.s3 import S3Objects
from tests.unit.lake.loading.small_lake import SmallLake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.ministack import BareMiniStack

_NUMBERS: Final = itertools.count()


@dataclass
class Sail:
    """A Sail that runs, and the way to it.

    Attributes:
        address: what a session is opened at.
        catalog: the Glue catalog whose tables it reads and writes.
        opened: how to end the sessions that were opened.
    """

    address: str
    catalog: GlueCatalog
    opened: ExitStack = field(default_factory=ExitStack)

    def session(self, databases: dict[str, str], root: str) -> Spark:
        """One more session, for one thread."""
        spark = SparkSession.builder.remote(self.address).create()
        self.opened.callback(spark.stop)
        return Spark(spark, self.catalog, databases, root)


@dataclass(frozen=True)
class Place:
    """Databases and a bucket that nobody else uses.

    Attributes:
        objects: the bucket.
        databases: of Glue, by zone.
        session: opens one more session on them.
    """

    objects: S3Objects
    databases: dict[str, str]
    session: Callable[[], Spark]


@pytest.fixture(scope="session")
def sail(ministack: BareMiniStack) -> Iterator[Sail]:
    url = ministack.endpoint_url
    environ = ministack.environ() | {
        "AWS_ALLOW_HTTP": "true",
        "SAIL_CATALOG__LIST": f'[{{name="lake", type="glue", region="us-east-1", endpoint_url="{url}"}}]',
        "SAIL_CATALOG__DEFAULT_CATALOG": "lake",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        catalog = GlueCatalog("lake", None, **{"s3.endpoint": url, "s3.region": os.environ["AWS_REGION"]})
        running = Sail(f"sc://127.0.0.1:{server.listening_address[1]}", catalog)
        with running.opened:
            yield running
        server.stop()


@pytest.fixture
def bucket(ministack: BareMiniStack) -> str:
    name = f"lake-{os.getpid()}-{next(_NUMBERS)}"
    ministack.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def objects(ministack: BareMiniStack, bucket: str) -> S3Objects:
    return S3Objects(ministack.client("s3"), bucket)


@pytest.fixture
def place(ministack: BareMiniStack, sail: Sail, objects: S3Objects, bucket: str) -> Place:
    number = next(_NUMBERS)
    databases = {zone: f"{zone}_{number}" for zone in ("silver", "gold")}
    for database in databases.values():
        ministack.client("glue").create_database(DatabaseInput={"Name": database})
    return Place(objects, databases, lambda: sail.session(databases, f"s3://{bucket}"))


@pytest.fixture
def lake(place: Place) -> SmallLake:
    return SmallLake(place.objects, place.session())
