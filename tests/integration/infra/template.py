"""Reading a compiled template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Resources = dict[str, dict[str, Any]]

FUNCTIONS = (
    "Quotes",
    "Backlog",
    "Refresh",
    "Release",
    "Outcomes",
    "Ledger",
    "Transactions",
    "Outbox",
    "ToLake",
    "Push",
    "Sms",
    "Email",
    "Api",
    "Prices",
    "Erasure",
    "InboundSms",
    "EmailFeedback",
    "Pull",
    "Lake",
)
ASKING = ("Quotes", "Backlog", "Refresh", "Release", "Transactions")
"""The functions that ask the model, and log what was decided."""


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    found = {name: each["Properties"] for name, each in resources.items() if each["Type"] == f"AWS::{kind}"}
    assert found
    return found


def referred(value: Any) -> str:
    """The logical id that a Ref, a GetAtt or a Sub of one resource points at."""
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        return str(value["Fn::GetAtt"][0])
    return re.sub(r"^\$\{([A-Za-z]+)\.Arn\}$", r"\1", value["Fn::Sub"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def streams(resources: Resources) -> dict[str, dict[str, Any]]:
    mappings = of_type(resources, "Lambda::EventSourceMapping")
    return {name: each for name, each in mappings.items() if "StartingPosition" in each}
