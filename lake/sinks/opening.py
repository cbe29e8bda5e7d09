"""The sinks that a job is told of by its arguments, and what loads them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import boto3
from pyarrow.fs import S3FileSystem

from divisa.adapters.aws.secrets import SecretsManagerSecrets
from divisa.domain.errors import InvalidSetting, NotFound
from lake.contract.contract import Sink
from lake.contract.reading import contracts
from lake.sinks.arguments import URL
from lake.sinks.changes import IcebergChanges
from lake.sinks.postgres_warehouse import PostgresWarehouse
from lake.sinks.publishing import Publishing
from lake.sinks.redshift import RedshiftWarehouse
from lake.sinks.relational import RelationalSink, engine_of
from lake.sinks.settings import RedshiftSettings, RelationalSettings
from lake.sinks.target import ByFile

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from pyiceberg.catalog import Catalog

    from lake.sinks.target import Target
    from lake.sinks.warehouse import Warehouse
    from lake.storage.objects import Objects

_REDSHIFT: Final = ("REDSHIFT_DATABASE", "REDSHIFT_WORKGROUP", "REDSHIFT_COPY_ROLE_ARN")


def publishing(
    options: Namespace, objects: Objects, catalog: Catalog, forget: Callable[[str], int], say: Callable[[str], None]
) -> Publishing:
    """What loads the tables of a lake into the sinks that arguments tell of.

    Args:
        options: those of `lake.sinks.arguments`, and `RUN`, `SILVER` and `GOLD`: the run, and Glue's databases.
        objects: the lake.
        catalog: has its tables.
        forget: deletes old versions of objects.
        say: told in a line what is done.

    Raises:
        InvalidSetting: as `targets` says.
        StoreUnavailable: as `targets` says.
    """
    changes = IcebergChanges(catalog, {"silver": options.SILVER, "gold": options.GOLD})
    return Publishing(objects, contracts(), changes, targets(options, objects, forget), say)


def targets(options: Namespace, objects: Objects, forget: Callable[[str], int]) -> dict[Sink, Target]:
    """The sinks that arguments tell of. Secrets are read, and nothing is connected to yet.

    Args:
        options: those of `lake.sinks.arguments`, and `RUN`, the run's name.
        objects: the lake.
        forget: deletes old versions of objects.

    Raises:
        InvalidSetting: one is wrong, or missing where another asks for it; names it, and never repeats it.
        StoreUnavailable: a secret cannot be read now.
    """
    out: dict[Sink, Target] = {}
    if options.RELATIONAL_SECRET:
        out[Sink.RELATIONAL] = RelationalSink.of(_relational("RELATIONAL_SECRET", options.RELATIONAL_SECRET))
    if (warehouse := _warehouse(options)) is not None:
        out[Sink.WAREHOUSE] = ByFile(warehouse, objects, options.RUN, forget)
    return out


def _warehouse(options: Namespace) -> Warehouse | None:
    told = {name: getattr(options, name) for name in _REDSHIFT}
    if any(told.values()):
        return RedshiftWarehouse(boto3.client("redshift-data"), RedshiftSettings.from_environment(told))
    if options.WAREHOUSE_SECRET:
        settings = _relational("WAREHOUSE_SECRET", options.WAREHOUSE_SECRET)
        lake = S3FileSystem(endpoint_override=os.environ.get("AWS_ENDPOINT_URL"), region=os.environ["AWS_REGION"])
        return PostgresWarehouse(engine_of(settings), lake)
    return None


def _relational(name: str, secret: str) -> RelationalSettings:
    try:
        url = SecretsManagerSecrets(boto3.client("secretsmanager"), secret).get(URL)
    except NotFound:
        raise InvalidSetting(name, f"names a secret without the field `{URL}`") from None
    return RelationalSettings.from_environment({"RELATIONAL_URL": url.decode()})
