"""The partitions of Hive-style tables: those that lie in S3, put on record in the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from local.ministack.athena.catalog import split

if TYPE_CHECKING:
    from local.ministack.athena.catalog import Catalog

AT_A_TIME = 100
"""The partitions that Glue takes in one call."""


def lying(catalog: Catalog, location: str, names: list[str]) -> dict[tuple[str, ...], str]:
    """The folders `name=value/…` that objects lie in below an address, by their values."""
    bucket, prefix = split(location)
    found = {}
    for key in catalog.keys(location):
        folders = key.removeprefix(prefix).split("/")[:-1]
        pairs = [folder.partition("=") for folder in folders[: len(names)]]
        if [name.lower() for name, _, _ in pairs] == names:
            values = tuple(unquote(value) for _, _, value in pairs)
            found[values] = f"s3://{bucket}/{prefix}{'/'.join(folders[: len(names)])}/"
    return found


def put_on_record(catalog: Catalog, table: Any) -> list[str]:
    """Put on record the partitions of a table that lie below its location and are not on record yet.

    Returns:
        Each in the form `name=value/…`.
    """
    names = [key["Name"].lower() for key in table["PartitionKeys"]]
    known = {tuple(partition["Values"]) for partition in catalog.partitions(table)}
    place = table["StorageDescriptor"]
    new = [
        {"Values": list(values), "StorageDescriptor": {**place, "Location": location}}
        for values, location in sorted(lying(catalog, place["Location"], names).items())
        if values not in known
    ]
    for start in range(0, len(new), AT_A_TIME):
        catalog.glue.batch_create_partition(
            DatabaseName=table["DatabaseName"],
            TableName=table["Name"],
            PartitionInputList=new[start : start + AT_A_TIME],
        )
    return ["/".join(f"{n}={v}" for n, v in zip(names, each["Values"], strict=True)) for each in new]
