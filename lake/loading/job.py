"""One step of a run of the lake, as a job of Glue takes it: `--STEP silver --RUN … --STARTED …`.

`--STEP erase`, `keep`, `export`, `compact` and `forget` are none of a run, but parts of the lake's upkeep: they wait
until no step of a run is at work, and such steps wait for them. Other arguments say where the lake is. Spark's session
and the Glue catalog are those of the job.
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
from lake.loading.turns import Turns
from lake.report.tables import IcebergTables
from lake.sinks.arguments import add_arguments as arguments_of_sinks
from lake.storage.s3 import S3Objects
from lake.upkeep.compacting import Compaction
from lake.upkeep.exporting import Export
from lake.upkeep.upkeep import Part, Upkeep

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lake.engines.spark import Spark
    from lake.erasing.erase import Report
    from lake.sinks.publishing import Publishing

UNFINISHED: Final = timedelta(hours=1)
"""A younger file of a table that no state of it knows may be of a commit at work; no step takes as long."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the step.

    Raises:
        DivisaError: it could not be taken; the job fails with the reason, and may be tried again.
    """
    parser = argparse.ArgumentParser(prog="lake.loading.job", description=__doc__, allow_abbrev=False)
    parser.add_argument("--STEP", choices=[*Step, *Part], required=True)
    parser.add_argument("--RUN", required=True, help="name of the run")
    parser.add_argument("--STARTED", type=_moment, required=True, help="when it started, UTC")
    parser.add_argument("--BUCKET", required=True, help="of the lake")
    parser.add_argument("--SILVER", required=True, help="Glue database of silver tables")
    parser.add_argument("--GOLD", required=True, help="Glue database of gold tables")
    parser.add_argument("--SECRET", required=True, help="secret of the API, by whose key pseudonyms are made")
    arguments_of_sinks(parser)
    options, _ = parser.parse_known_args(arguments)  # Glue gives a job arguments of its own.
    objects = S3Objects(boto3.client("s3"), options.BUCKET)
    turns = Turns(objects)
    if options.STEP in set(Part):
        with turns.of_upkeep(options.RUN):
            _upkeep(options, objects).take(Part(options.STEP))
    else:
        with turns.of_step(f"{options.RUN}-{options.STEP}"):
            _run(options, objects).take(Step(options.STEP))


def _run(options: argparse.Namespace, objects: S3Objects) -> Run:
    versions = _versions(options)
    beside = cache(lambda: _beside(options, objects, versions))
    return Run(
        options.RUN,
        options.STARTED,
        objects,
        contracts(),
        cache(lambda: _session(options)),
        say=_say,
        keep_out=KeepOut(objects, contracts(), _secret(options), versions),
        load_beside=lambda datasets: beside()(datasets),
    )


def _upkeep(options: argparse.Namespace, objects: S3Objects) -> Upkeep:
    versions, catalog = _versions(options), _catalog()
    session = cache(lambda: _session(options))
    history = IcebergHistory(catalog, _databases(options), objects, UNFINISHED)
    export = Export(IcebergTables(catalog, options.GOLD, objects), objects, versions)

    def erase(now: datetime) -> Report:
        beside = _beside(options, objects, versions)
        beside.forget_files(versions)

        def load_beside(datasets: Collection[str]) -> None:
            beside(datasets)
            export()

        return Erase(
            objects,
            contracts(),
            session,
            _secret(options),
            forget=versions,
            history=history,
            sinks=(beside.forget,),
            load_beside=load_beside,
            say=_say,
        )(now)

    return Upkeep(
        options.RUN,
        options.STARTED,
        objects,
        contracts(),
        session,
        erase=erase,
        export=export,
        compact=Compaction(catalog, _databases(options)),
        expire=history.expire,
        say=_say,
    )


def _beside(options: argparse.Namespace, objects: S3Objects, versions: OldVersions) -> Publishing:
    from lake.sinks.opening import publishing

    return publishing(options, objects, _catalog(), versions, _say)


def _versions(options: argparse.Namespace) -> OldVersions:
    return OldVersions(boto3.client("s3"), options.BUCKET)


def _secret(options: argparse.Namespace) -> bytes:
    return SecretsManagerSecrets(boto3.client("secretsmanager"), options.SECRET).get(KEY)


def _databases(options: argparse.Namespace) -> dict[str, str]:
    return {"silver": options.SILVER, "gold": options.GOLD}


def _session(options: argparse.Namespace) -> Spark:
    from pyspark.sql import SparkSession

    from lake.engines.spark import Spark

    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return Spark(spark, _catalog(), _databases(options), f"s3://{options.BUCKET}")


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
