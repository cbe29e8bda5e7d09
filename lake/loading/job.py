"""One step of a run of the lake, as a job of Glue takes it: `--STEP silver --RUN … --STARTED …`.

The job's other arguments say where the lake is. Spark's session and the Glue catalog are those of the job.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3
import msgspec

from lake.contract.reading import contracts
from lake.loading.run import Run, Step
from lake.storage.s3 import S3Objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lake.engines.spark import Spark


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the step.

    Raises:
        DivisaError: it could not be taken; the job fails with the reason, and may be tried again.
    """
    parser = argparse.ArgumentParser(prog="lake.loading.job", description=__doc__, allow_abbrev=False)
    parser.add_argument("--STEP", type=Step, choices=list(Step), required=True)
    parser.add_argument("--RUN", required=True, help="name of the run")
    parser.add_argument("--STARTED", type=_moment, required=True, help="when it started, UTC")
    parser.add_argument("--BUCKET", required=True, help="of the lake")
    parser.add_argument("--SILVER", required=True, help="Glue database of silver tables")
    parser.add_argument("--GOLD", required=True, help="Glue database of gold tables")
    options, _ = parser.parse_known_args(arguments)  # Glue gives a job arguments of its own.
    run = Run(
        options.RUN,
        options.STARTED,
        S3Objects(boto3.client("s3"), options.BUCKET),
        contracts(),
        cache(lambda: _session({"silver": options.SILVER, "gold": options.GOLD}, options.BUCKET)),
        _say,
    )
    run.take(options.STEP)


def _session(databases: dict[str, str], bucket: str) -> Spark:
    from pyiceberg.catalog.glue import GlueCatalog
    from pyspark.sql import SparkSession

    from lake.engines.spark import Spark

    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return Spark(spark, GlueCatalog("lake", None, **_endpoint()), databases, f"s3://{bucket}")


def _endpoint() -> dict[str, str]:
    """Where S3 answers, for Arrow's own client, which alone does not look for it in the environment."""
    url = os.environ.get("AWS_ENDPOINT_URL")
    return {"s3.endpoint": url, "s3.region": os.environ["AWS_REGION"]} if url else {}


def _moment(text: str) -> datetime:
    return msgspec.convert(text, datetime)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
