"""The tables of a laptop cloud's lake, read where they lie."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyiceberg.catalog.glue import GlueCatalog

from lake.report.tables import IcebergTables
from local.lake.runs import open_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.cloud import LaptopCloud


@contextmanager
def open_tables(cloud: LaptopCloud) -> Iterator[IcebergTables]:
    """The gold tables and accounts of a running laptop cloud."""
    settings = cloud.addresses.client_settings("s3")
    address = {
        "endpoint": settings["endpoint_url"],
        "region": settings["region_name"],
        "access-key-id": settings["aws_access_key_id"],
        "secret-access-key": settings["aws_secret_access_key"],
    }
    properties: Any = {f"{service}.{name}": value for service in ("glue", "s3") for name, value in address.items()}
    with open_objects(cloud) as objects:
        yield IcebergTables(GlueCatalog("lake", **properties), cloud.deployment.gold_database_name, objects)
