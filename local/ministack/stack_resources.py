"""What MiniStack's CloudFormation forgets of a Glue job, and the named queries of Athena, which it does not know."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import athena
from ministack.services.cloudformation import provisioners

NAMED_QUERY = ("Name", "Description", "Database", "QueryString", "WorkGroup")


def patch() -> None:
    """Put this beside what MiniStack makes of a stack's resources."""
    provisioners._GLUE_JOB_DEFAULTS["ExecutionProperty"] = {"MaxConcurrentRuns": 1}
    provisioners._RESOURCE_HANDLERS["AWS::Athena::NamedQuery"] = {
        "create": create_named_query,
        "update": update_named_query,
        "delete": delete_named_query,
    }


def create_named_query(_: str, properties: dict[str, Any], __: str) -> tuple[str, dict[str, str]]:
    """Make the query of a template; its id, and its attributes.

    Raises:
        ValueError: a property is missing that it must have.
    """
    for name in ("Database", "QueryString"):
        if not properties.get(name):
            raise ValueError(f"Property validation failure: [The property {{/{name}}} is required]")
    _, _, body = athena._create_named_query({name: properties[name] for name in NAMED_QUERY if name in properties})
    query_id = json.loads(body)["NamedQueryId"]
    return query_id, {"NamedQueryId": query_id}


def update_named_query(
    query_id: str, before: dict[str, Any], properties: dict[str, Any], stack: str, logical_id: str = ""
) -> tuple[str, dict[str, str]]:
    """Put another query in its place, as AWS does whatever has changed."""
    made = create_named_query(logical_id, properties, stack)
    delete_named_query(query_id, before)
    return made


def delete_named_query(query_id: str, _: dict[str, Any]) -> None:
    """Delete the query of a template."""
    athena._delete_named_query({"NamedQueryId": query_id})
