from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from local.addresses import ACCOUNT_ID, Addresses
from local.ministack import environment, process
from local.processes import Supervisor, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration


def test_it_answers_boto3_on_loopback(ministack: BareMiniStack) -> None:
    assert ministack.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID


def test_what_it_holds_survives_a_stop_and_a_start(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    port = free_port()
    addresses = Addresses(process.endpoint_url(port))
    part = process.part(interpreter=environment.python(), home=tmp_path / "data", port=port)
    try:
        supervisor.start(part)
        client = boto3.client("dynamodb", **addresses.client_settings("dynamodb"))
        client.create_table(
            TableName="kept",
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="kept", Item={"key": {"S": "one"}})
        supervisor.stop(process.NAME)
        supervisor.start(part)
        found = client.get_item(TableName="kept", Key={"key": {"S": "one"}})
        client.close()
    finally:
        supervisor.stop(process.NAME)

    assert found["Item"] == {"key": {"S": "one"}}
