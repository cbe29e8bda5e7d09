"""The laptop's stage, deployed to a real MiniStack: stand-in handlers in the real template."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.errors import LaptopCloudError
from infra.package import ARTIFACT, TEMPLATE, package
from local import deploy as deploying
from local.addresses import Addresses
from local.deploy import deploy, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration

HANDLERS = {
    "stream_consumers": (
        "quotes",
        "backlog",
        "refresh",
        "release",
        "outcomes",
        "ledger",
        "transactions",
        "outbox",
        "push",
        "sms",
        "email",
        "inbound_sms",
        "email_feedback",
        "erasure",
        "to_lake",
    ),
    "api_handlers": ("api", "prices"),
    "lake": (),
    "lake/loading": ("begin",),
    "lake/doors": ("handler",),
}
HANDLER = """
import os

def handler(event, context):
    print("called")
    return {{"version": "{version}", "environment": dict(os.environ)}}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package("local", destination=tmp_path_factory.mktemp("package") / "local")


@pytest.fixture
def packaged(compiled: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a package whose handlers answer with a version."""

    def make(version: str) -> Path:
        folder = tmp_path / version
        folder.mkdir()
        shutil.copyfile(compiled / TEMPLATE, folder / TEMPLATE)
        with zipfile.ZipFile(folder / ARTIFACT, "w") as code:
            for folder_name, names in HANDLERS.items():
                code.writestr(f"{folder_name}/__init__.py", "")
                for name in names:
                    code.writestr(f"{folder_name}/{name}.py", HANDLER.format(version=version))
        return folder

    return make


@pytest.fixture
def cloud(ministack: BareMiniStack) -> Iterator[BareMiniStack]:
    """A MiniStack without our stack, before and after."""
    yield ministack
    cloudformation = ministack.client("cloudformation")
    cloudformation.delete_stack(StackName=deploying.STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=deploying.STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def answer(cloud: BareMiniStack, function: str) -> dict[str, Any]:
    said = cloud.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    assert "FunctionError" not in said
    answered: dict[str, Any] = json.loads(said["Payload"].read())
    return answered


def test_the_template_of_aws_deploys_and_every_function_answers(
    cloud: BareMiniStack, packaged: Callable[[str], Path]
) -> None:
    deployment = deploy(packaged("one"), cloud.addresses)

    assert {answer(cloud, name)["version"] for name in deployment.function_names} == {"one"}
    assert read(cloud.addresses) == deployment
    assert deployment.table_prefix == "divisa-local-"
    assert deployment.quotes_stream_name in cloud.client("kinesis").list_streams()["StreamNames"]


def test_what_cloudformation_drops_there_is_put_right(cloud: BareMiniStack, packaged: Callable[[str], Path]) -> None:
    deployment = deploy(packaged("one"), cloud.addresses)
    dynamodb = cloud.client("dynamodb")

    def ttl(table: str) -> str | None:
        found = dynamodb.describe_time_to_live(TableName=f"{deployment.table_prefix}{table}")
        attribute: str | None = found["TimeToLiveDescription"].get("AttributeName")
        return attribute

    assert {table: ttl(table) for table in ("suggestions", "deliveries", "portfolios")} == {
        "suggestions": "ttl",
        "deliveries": "ttl",
        "portfolios": None,
    }
    backups = dynamodb.describe_continuous_backups(TableName="divisa-local-portfolios")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName="divisa-local-portfolios")["Table"]["SSEDescription"]["SSEType"] == "KMS"
    stream = cloud.client("kinesis").describe_stream_summary(StreamName=deployment.quotes_stream_name)
    assert stream["StreamDescriptionSummary"]["EncryptionType"] == "KMS"


def test_deploying_unchanged_code_again_changes_nothing_and_keeps_the_data(
    cloud: BareMiniStack, packaged: Callable[[str], Path]
) -> None:
    folder = packaged("one")
    first = deploy(folder, cloud.addresses)
    cloud.client("ssm").put_parameter(Name=first.clock_parameter_name, Value="moved", Overwrite=True)
    cloud.client("dynamodb").put_item(TableName="divisa-local-market", Item={"pair": {"S": "USD/MXN"}})

    again = deploy(folder, cloud.addresses)

    assert again == first
    stack = cloud.client("cloudformation").describe_stacks(StackName=deploying.STACK)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert cloud.client("dynamodb").scan(TableName="divisa-local-market")["Count"] == 1
    assert cloud.client("ssm").get_parameter(Name=first.clock_parameter_name)["Parameter"]["Value"] == "moved"


def test_changed_code_reaches_every_function_and_the_tables_keep_their_rows(
    cloud: BareMiniStack, packaged: Callable[[str], Path]
) -> None:
    deployment = deploy(packaged("one"), cloud.addresses)
    assert answer(cloud, deployment.sms_function_name)["version"] == "one"
    cloud.client("dynamodb").put_item(TableName="divisa-local-market", Item={"pair": {"S": "USD/MXN"}})

    deploy(packaged("two"), cloud.addresses)

    assert {answer(cloud, name)["version"] for name in deployment.function_names} == {"two"}
    assert cloud.client("dynamodb").scan(TableName="divisa-local-market")["Count"] == 1


def test_functions_are_told_where_the_model_answers_on_a_laptop(
    cloud: BareMiniStack, packaged: Callable[[str], Path]
) -> None:
    addresses = Addresses(cloud.endpoint_url, "http://127.0.0.1:1")
    deployment = deploy(packaged("one"), addresses, environment={"LOG_LEVEL": "DEBUG"})

    environment = answer(cloud, deployment.quotes_function_name)["environment"]
    assert environment["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] == "http://127.0.0.1:1"
    assert environment["LOG_LEVEL"] == "DEBUG"
    assert environment["ENDPOINT_NAME"] == deployment.endpoint_name


def test_a_failed_stack_names_the_resource_and_the_reason_and_can_be_deployed_once_mended(
    cloud: BareMiniStack, packaged: Callable[[str], Path]
) -> None:
    broken = packaged("one")
    template = json.loads((broken / TEMPLATE).read_text())
    template["Resources"]["Lost"] = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/divisa/local/clock", "Type": "String", "Value": "twice"},
    }
    (broken / TEMPLATE).write_text(json.dumps(template))

    with pytest.raises(LaptopCloudError, match=r"Lost|ClockParameter"):
        deploy(broken, cloud.addresses)

    mended = deploy(packaged("two"), cloud.addresses)
    assert answer(cloud, mended.quotes_function_name)["version"] == "two"


def test_a_folder_that_is_no_package_is_refused(cloud: BareMiniStack, tmp_path: Path) -> None:
    with pytest.raises(LaptopCloudError, match="cannot be read"):
        deploy(tmp_path, cloud.addresses)


def test_nothing_deployed_is_said_so(ministack: BareMiniStack) -> None:
    with pytest.raises(LaptopCloudError, match="nothing is deployed"):
        read(ministack.addresses)
