"""The lake's engine and its storage without the rest of the laptop cloud: Sail, on the tables of a MiniStack."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import boto3

from lake.engines.spark import Spark
from lake.storage.s3 import S3Objects
from local.addresses import Addresses
from local.glue.run import CATALOG
from local.ministack import environment, process
from local.processes import Supervisor, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUCKET: Final = "lake-alone"
_DATABASES: Final = {"silver": "alone_silver", "gold": "alone_gold"}


@contextmanager
def lake_alone(home: Path) -> Iterator[tuple[Spark, S3Objects]]:
    """A session and an empty bucket, both of which end with it; Sail reads this process's environment, which stays so.

    Args:
        home: a folder that nobody else uses.
    """
    port = free_port()
    addresses = Addresses(process.endpoint_url(port))
    supervisor = Supervisor(home)
    supervisor.start(process.part(interpreter=environment.python(), home=home / "data", port=port))
    try:
        os.environ |= addresses.environ()
        os.environ |= {
            "AWS_ALLOW_HTTP": "true",
            "SAIL_CATALOG__LIST": CATALOG.format(region=os.environ["AWS_REGION"], endpoint=addresses.endpoint_url),
            "SAIL_CATALOG__DEFAULT_CATALOG": "lake",
        }
        s3 = boto3.client("s3", **addresses.client_settings("s3"))
        s3.create_bucket(Bucket=_BUCKET)
        glue = boto3.client("glue", **addresses.client_settings("glue"))
        for database in _DATABASES.values():
            glue.create_database(DatabaseInput={"Name": database})
        with _sail(addresses.endpoint_url) as session:
            yield session, S3Objects(s3, _BUCKET)
    finally:
        supervisor.stop(process.NAME)


@contextmanager
def _sail(url: str) -> Iterator[Spark]:
    from pyiceberg.catalog.glue import GlueCatalog
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").create()
    catalog = GlueCatalog("lake", None, **{"s3.endpoint": url, "s3.region": os.environ["AWS_REGION"]})
    try:
        yield Spark(spark, catalog, _DATABASES, f"s3://{_BUCKET}")
    finally:
        spark.stop()
        server.stop()
