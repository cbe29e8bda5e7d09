"""One step of a run of the lake, as a job of Glue takes it: `--STEP silver --RUN … --STARTED …`.

`--STEP erase` is none of a run, and wants that no run is at work: it erases whoever is marked. Other arguments say
where the lake is. Spark's session and the Glue catalog are those of the job.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
import msgspec
from pyiceberg.catalog.glue import GlueCatalog

from divisa.adapters.aws.secrets import SecretsManagerSecrets
from divisa.services.admit import KEY
from lake.contract.reading import contracts
from lake.erasing.erase import Erase
from lake.erasing.history import IcebergHistory
from lake.erasing.keep_out import KeepOut
from lake.erasing.versions import OldVersions
from lake.loading.run import Run, Step
from lake.sinks.arguments import add_arguments as arguments_of_sinks
from lake.storage.s3 import S3Objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lake.engines.spark import Spark
    from lake.sinks.publishing import Publishing

ERASE: Final = "erase"
UNFINISHED: Final = timedelta(hours=1)
"""A younger file of a table that no state of it knows may be of a commit at work; no step takes as long."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the step.

    Raises:
        DivisaError: it could not be taken; the job fails with the reason, and may be tried again.
    """
    parser = argparse.ArgumentParser(prog="lake.loading.job", description=__doc__, allow_abbrev=False)
    parser.add_argument("--STEP", choices=[*Step, ERASE], required=True)
    parser.add_argument("--RUN", required=True, help="name of the run")
    parser.add_argument("--STARTED", type=_moment, required=True, help="when it started, UTC")
    parser.add_argument("--BUCKET", required=True, help="of the lake")
    parser.add_argument("--SILVER", required=True, help="Glue database of silver tables")
    parser.add_argument("--GOLD", required=True, help="Glue database of gold tables")
    parser.add_argument("--SECRET", required=True, help="secret of the API, by whose key pseudonyms are made")
    arguments_of_sinks(parser)
    options, _ = parser.parse_known_args(arguments)  # Glue gives a job arguments of its own.
    s3 = boto3.client("s3")
    objects, versions = S3Objects(s3, options.BUCKET), OldVersions(s3, options.BUCKET)
    databases = {"silver": options.SILVER, "gold": options.GOLD}
    session = cache(lambda: _session(databases, options.BUCKET))
    secret = SecretsManagerSecrets(boto3.client("secretsmanager"), options.SECRET).get(KEY)

    @cache
    def beside() -> Publishing:
        from lake.sinks.opening import publishing

        return publishing(options, objects, _catalog(), versions, _say)

    if options.STEP == ERASE:
        history = IcebergHistory(_catalog(), databases, objects, UNFINISHED)
        beside().forget_files(versions)
        erase = Erase(
            objects,
            contracts(),
            session,
            secret,
            forget=versions,
            history=history,
            sinks=(beside().forget,),
            load_beside=beside(),
            say=_say,
        )
        erase(options.STARTED)
        return
    keep_out = KeepOut(objects, contracts(), secret, versions)
    run = Run(
        options.RUN,
        options.STARTED,
        objects,
        contracts(),
        session,
        say=_say,
        keep_out=keep_out,
        load_beside=lambda datasets: beside()(datasets),
    )
    run.take(Step(options.STEP))


def _session(databases: dict[str, str], bucket: str) -> Spark:
    from pyspark.sql import SparkSession

    from lake.engines.spark import Spark

    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return Spark(spark, _catalog(), databases, f"s3://{bucket}")


def _catalog() -> GlueCatalog:
    return GlueCatalog("lake", None, **_endpoint())


def _endpoint() -> dict[str, str]:
    """Where S3 answers, for Arrow's own client, which alone does not look for it in the environment."""
    url = os.environ.get("AWS_ENDPOINT_URL")
    return {"s3.endpoint": url, "s3.region": os.environ["AWS_REGION"]} if url else {}


def _moment(text: str) -> datetime:
    return msgspec.convert(text, datetime)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
