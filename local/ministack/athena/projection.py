"""Partitions that a table tells by projection and nobody puts on record: those of which there is a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_projected(table: Any) -> bool:
    """Whether Glue's entry tells its partitions by projection; then those on record do not count, as for Athena."""
    return str((table.get("Parameters") or {}).get("projection.enabled", "")).lower() == "true"


def projected(table: Any, addresses: Iterable[str]) -> list[Any]:
    """The partitions that some objects are in, as Glue has those on record.

    Args:
        table: Glue's entry, with `storage.location.template`; without one, folders are called `key=value`.
        addresses: of the objects below its location.
    """
    names = [key["Name"] for key in table["PartitionKeys"]]
    folder = table["StorageDescriptor"]["Location"].rstrip("/")
    template = table["Parameters"].get("storage.location.template") or "/".join(
        [folder, *(f"{name}=${{{name}}}" for name in names)]
    )
    pieces = re.split(r"\$\{(\w+)\}", template.rstrip("/"))
    named = [f"(?P<{piece}>[^/]+)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)]
    pattern = re.compile("".join(named) + "/")
    found = {match[0]: [match[name] for name in names] for each in addresses if (match := pattern.match(each))}
    return [{"Values": values, "StorageDescriptor": {"Location": at}} for at, values in sorted(found.items())]
