from __future__ import annotations

import io
import zipfile
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


def test_a_function_that_failed_starts_again_from_the_code_that_was_unpacked_and_compiled_before(
    tmp_path: Path,
) -> None:
    supervisor, port = Supervisor(tmp_path), free_port()
    part = process.part(interpreter=environment.python(), home=tmp_path / "data", port=port)
    try:
        supervisor.start(part)
        functions = boto3.client("lambda", **Addresses(process.endpoint_url(port)).client_settings("lambda"))
        archive = an_archive({"handler.py": HANDLER, "ratio.py": RATIO})
        for name in ("one", "other"):
            functions.create_function(
                FunctionName=name,
                Runtime="python3.12",
                Role=f"arn:aws:iam::{ACCOUNT_ID}:role/any",
                Handler="handler.answer",
                Code={"ZipFile": archive},
            )
        asked = [("one", b"0"), ("one", b"4"), ("other", b"8")]
        answers = [functions.invoke(FunctionName=name, Payload=payload) for name, payload in asked]
        errors = [answer.get("FunctionError") for answer in answers]
        told = [answer["Payload"].read() for answer in answers]
        functions.close()
        [unpacked] = (tmp_path / "data" / "tmp").glob("code-*")
    finally:
        supervisor.stop(process.NAME)

    assert errors == ["Unhandled", None, None]
    assert told[1:] == [b"2.0", b"1.0"]
    assert {path.name for path in unpacked.iterdir()} == {"handler.py", "ratio.py", "__pycache__"}


HANDLER = "import ratio\n\ndef answer(event, context):\n    return ratio.of(event)\n"
RATIO = "def of(number):\n    return 8 / number\n"


def an_archive(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()
