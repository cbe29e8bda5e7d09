"""MiniStack's Glue catalog and S3, as its queries and crawlers use them: by boto3, as anybody else would."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from divisa.domain.errors import InvalidInput
from local.ministack.athena.projection import is_projected, projected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyiceberg.catalog.glue import GlueCatalog
    from pyiceberg.table import Table

_KEY = "test"


class Catalog:
    """The tables of one region.

    Args:
        endpoint_url: where MiniStack answers.
        region: the region.
    """

    def __init__(self, endpoint_url: str, region: str) -> None:
        session = boto3.Session(_KEY, _KEY, region_name=region)
        self._session = session
        self._endpoint_url = endpoint_url
        self.glue: Any = session.client("glue", endpoint_url=endpoint_url)
        self.s3: Any = session.client("s3", endpoint_url=endpoint_url)

    def find(self, database: str, name: str) -> Any:
        """Glue's entry of a table; None where there is none."""
        try:
            return self.glue.get_table(DatabaseName=database, Name=name)["Table"]
        except self.glue.exceptions.EntityNotFoundException:
            return None

    def table(self, database: str, name: str) -> Any:
        """Glue's entry of a table.

        Raises:
            InvalidInput: there is none.
        """
        found = self.find(database, name)
        if found is None:
            raise InvalidInput(f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{database}.{name}' does not exist")
        return found

    def partitions(self, table: Any) -> list[Any]:
        """The partitions of a table: those on record, or where it tells them by projection those that have a file."""
        if is_projected(table):
            location = table["StorageDescriptor"]["Location"]
            bucket = split(location)[0]
            return projected(table, (f"s3://{bucket}/{key}" for key in self.keys(location)))
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=table["DatabaseName"], TableName=table["Name"]
        )
        return [partition for page in pages for partition in page["Partitions"]]

    def iceberg(self) -> GlueCatalog:
        """The Iceberg tables of the catalog."""
        from pyiceberg.catalog.glue import GlueCatalog

        address = {
            "endpoint": self._endpoint_url,
            "region": self._session.region_name,
            "access-key-id": _KEY,
            "secret-access-key": _KEY,
        }
        return GlueCatalog(
            "glue",
            client=self.glue,
            **{f"{service}.{name}": value for service in ("glue", "s3") for name, value in address.items()},
        )

    def iceberg_table(self, table: Any) -> Table:
        """The Iceberg table of Glue's entry."""
        return self.iceberg().load_table(f"{table['DatabaseName']}.{table['Name']}")

    def keys(self, address: str) -> list[str]:
        """The objects below an address that tables are made of: none whose name, or folder, begins with `_` or `.`."""
        bucket, prefix = split(address)
        try:
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            found = [each["Key"] for page in pages for each in page.get("Contents", [])]
        except ClientError as error:
            raise InvalidInput(f"HIVE_FILESYSTEM_ERROR: {address}: {error}") from error
        return [key for key in found if not key.endswith("/") and not _hidden(key.removeprefix(prefix))]

    def download(self, bucket: str, keys: Iterable[str], folder: Path) -> list[Path]:
        """Copies of objects in a folder, which is made; by number, with the ends of their names."""
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for number, key in enumerate(keys):
            file = folder / f"{number}-{key.rpartition('/')[2]}"
            self.s3.download_file(bucket, key, str(file))
            files.append(file)
        return files


@cache
def catalog_of(endpoint_url: str, region: str) -> Catalog:
    """The one catalog of a region; its clients take as long to make as a small query takes to run."""
    return Catalog(endpoint_url, region)


def split(address: str) -> tuple[str, str]:
    """Bucket and prefix of the address of a folder; the prefix ends with a slash, or is empty.

    >>> split("s3://lake/silver/prices")
    ('lake', 'silver/prices/')
    """
    bucket, _, prefix = address.partition("://")[2].partition("/")
    return bucket, prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def is_iceberg(table: Any) -> bool:
    """Whether Glue's entry is of an Iceberg table."""
    return str((table.get("Parameters") or {}).get("table_type", "")).upper() == "ICEBERG"


def columns(table: Any) -> dict[str, str]:
    """The columns of Glue's entry by their names, each with its type; last those that it is partitioned by."""
    listed = [*(table.get("StorageDescriptor") or {}).get("Columns", []), *table.get("PartitionKeys", [])]
    return {each["Name"].lower(): each.get("Type", "string") for each in listed}


def _hidden(name: str) -> bool:
    return any(part.startswith(("_", ".")) for part in name.split("/"))
