"""Every port's suite runs on the memory adapter and, marked `integration`, on AWS's, against a MiniStack."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.table import index_schemas
from divisa.adapters.aws.tables import DEFINITIONS, Tables
from divisa.adapters.aws.watches import DynamoWatches
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.watches import MemoryWatches

if TYPE_CHECKING:
    from divisa.ports import Suggestions, Watches
    from tests.ministack import BareMiniStack

    WatchStore = tuple[Watches, Suggestions]


@pytest.fixture(params=["memory", pytest.param("aws", marks=pytest.mark.integration)])
def side(request: pytest.FixtureRequest) -> str:
    """Which adapter of the port the test runs on."""
    return str(request.param)


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> BareMiniStack:
    """The MiniStack, with this process's AWS settings pointing at it. Ask for it only on the AWS side."""
    request.getfixturevalue("ministack_environ")
    found: BareMiniStack = request.getfixturevalue("ministack")
    return found


def make_tables(cloud: BareMiniStack) -> Tables:
    """Fresh tables under a prefix of their own, made from the models' definitions."""
    prefix = f"contract-{uuid.uuid4().hex[:12]}-"
    client = cloud.client("dynamodb")
    for definition in DEFINITIONS:
        keys = [(definition.hash_key, "HASH")] + ([(definition.range_key, "RANGE")] if definition.range_key else [])
        stream = (
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": definition.stream_view}}
            if definition.stream_view
            else {}
        )
        client.create_table(
            TableName=prefix + definition.name,
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in definition.key_types.items()
            ],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            BillingMode="PAY_PER_REQUEST",
            **stream,
            **index_schemas(definition.indexes, definition.hash_key),
        )
    return Tables(prefix)


@pytest.fixture
def watch_store(side: str, request: pytest.FixtureRequest) -> WatchStore:
    """Watches in two shards, and the suggestions that they are written with."""
    if side == "memory":
        suggestions = MemorySuggestions()
        return MemoryWatches(suggestions, shards=2), suggestions
    tables = make_tables(request.getfixturevalue("cloud"))
    return DynamoWatches(tables.watches, tables.suggestions, shards=2), DynamoSuggestions(tables.suggestions)
