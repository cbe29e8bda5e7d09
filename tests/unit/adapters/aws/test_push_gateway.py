"""What SNS is told of a device, and what its answers mean, by botocore's own description of the service."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError, SSLError
from botocore.stub import Stubber

from divisa.adapters.aws.push_gateway import SnsPushGateway
from divisa.domain.device import Device, Platform
from divisa.domain.errors import DeliveryUncertain, DivisaError, InvalidContact, NoContact, NotifierUnavailable
from divisa.domain.push import Notification
from tests.builders import WEDNESDAY
from tests.unit.adapters.aws.failing import Scripted, client_error

if TYPE_CHECKING:
    from collections.abc import Iterator

ANDROID = "arn:aws:sns:us-east-1:123456789012:app/GCM/divisa"
IOS = "arn:aws:sns:us-east-1:123456789012:app/APNS/divisa"
SANDBOX = "arn:aws:sns:us-east-1:123456789012:app/APNS_SANDBOX/divisa"
ENDPOINT = "arn:aws:sns:us-east-1:123456789012:endpoint/GCM/divisa/7d3c0e8a"
TOKEN, URL = "secret-token-of-a-device" * 2, "https://127.0.0.1"
NEWS = Notification("Título", "Cuerpo", "s-1", "https://app.divisa.example/s/s-1", timedelta(minutes=30))


def a_device(platform: Platform = Platform.ANDROID) -> Device:
    return Device("ana", "d-1", platform, TOKEN, WEDNESDAY)


def begin() -> None:
    """What is to be written down before sending is."""


@pytest.fixture
def stubbed() -> Iterator[tuple[Any, Stubber]]:
    client: Any = boto3.client("sns", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()
    client.close()


@pytest.mark.parametrize(
    ("platform", "application", "service", "ttl", "payload"),
    [
        (
            Platform.ANDROID,
            ANDROID,
            "GCM",
            "AWS.SNS.MOBILE.FCM.TTL",
            {
                "fcmV1Message": {
                    "message": {
                        "notification": {"title": "Título", "body": "Cuerpo"},
                        "data": {"suggestion_id": "s-1", "link": NEWS.link},
                    }
                }
            },
        ),
        (
            Platform.IOS,
            IOS,
            "APNS",
            "AWS.SNS.MOBILE.APNS.TTL",
            {"aps": {"alert": {"title": "Título", "body": "Cuerpo"}}, "suggestion_id": "s-1", "link": NEWS.link},
        ),
        (
            Platform.IOS,
            SANDBOX,
            "APNS_SANDBOX",
            "AWS.SNS.MOBILE.APNS_SANDBOX.TTL",
            {"aps": {"alert": {"title": "Título", "body": "Cuerpo"}}, "suggestion_id": "s-1", "link": NEWS.link},
        ),
    ],
)
def test_a_device_gets_an_endpoint_and_the_message_in_the_words_of_its_service(
    stubbed: tuple[Any, Stubber], platform: Platform, application: str, service: str, ttl: str, payload: Any
) -> None:
    client, stubber = stubbed
    sent = {
        "TargetArn": ENDPOINT,
        "MessageStructure": "json",
        "Message": json.dumps(
            {"default": "Cuerpo", service: json.dumps(payload, ensure_ascii=False)}, ensure_ascii=False
        ),
        "MessageAttributes": {ttl: {"DataType": "String", "StringValue": "1800"}},
    }
    stubber.add_response(
        "create_platform_endpoint",
        {"EndpointArn": ENDPOINT},
        {"PlatformApplicationArn": application, "Token": TOKEN},
    )
    stubber.add_response("publish", {"MessageId": "m-1"}, sent)
    assert SnsPushGateway(client, {platform: application}).send(a_device(platform), NEWS, begin) == "m-1"


@pytest.mark.parametrize("applications", [{}, {Platform.ANDROID: ""}, {Platform.IOS: IOS}])
def test_a_platform_without_an_application_is_not_reached(applications: dict[Platform, str]) -> None:
    client: Any = Scripted()
    with pytest.raises(NoContact):
        SnsPushGateway(client, applications).send(a_device(), NEWS, begin)
    assert client.calls == []


@pytest.mark.parametrize("code", ["EndpointDisabled", "NotFound"])
def test_a_device_that_takes_nothing_any_more_is_gone_and_so_is_its_endpoint(
    stubbed: tuple[Any, Stubber], code: str
) -> None:
    client, stubber = stubbed
    stubber.add_response("create_platform_endpoint", {"EndpointArn": ENDPOINT})
    stubber.add_client_error("publish", code, "Endpoint is disabled", 400)
    stubber.add_response("delete_endpoint", {}, {"EndpointArn": ENDPOINT})
    with pytest.raises(InvalidContact):
        SnsPushGateway(client, {Platform.ANDROID: ANDROID}).send(a_device(), NEWS, begin)


def send(*steps: Any) -> Any:
    client: Any = Scripted(*steps)
    SnsPushGateway(client, {Platform.ANDROID: ANDROID}).send(a_device(), NEWS, begin)
    return client


def test_sending_begins_once_there_is_an_endpoint_and_before_anything_is_published() -> None:
    client: Any = Scripted({"EndpointArn": ENDPOINT}, {"MessageId": "m-1"})
    calls: list[int] = []
    SnsPushGateway(client, {Platform.ANDROID: ANDROID}).send(a_device(), NEWS, lambda: calls.append(len(client.calls)))
    assert (calls, len(client.calls)) == ([1], 2)


def test_an_endpoint_that_cannot_be_deleted_leaves_the_device_gone_all_the_same() -> None:
    with pytest.raises(InvalidContact):
        send({"EndpointArn": ENDPOINT}, client_error("EndpointDisabled", 400), client_error("Throttled", 400))


def test_an_endpoint_whose_attributes_were_changed_is_used_as_it_is() -> None:
    said = f"Invalid parameter: Token Reason: Endpoint {ENDPOINT} already exists with the same Token, but different"
    client = send(client_error("InvalidParameter", 400, said), {"MessageId": "m-1"})
    assert client.calls[-1]["TargetArn"] == ENDPOINT


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (client_error("InvalidParameter", 400, "Invalid parameter: Token Reason: iOS tokens"), InvalidContact),
        (client_error("InvalidParameter", 400, "Invalid parameter: PlatformApplicationArn"), NotifierUnavailable),
        (client_error("NotFound", 404, "PlatformApplication does not exist"), NotifierUnavailable),
        (client_error("InternalError", 500), NotifierUnavailable),
        (ReadTimeoutError(endpoint_url=URL), NotifierUnavailable),
    ],
)
def test_as_long_as_there_is_no_endpoint_nothing_was_sent(failure: Exception, error: type[DivisaError]) -> None:
    with pytest.raises(error) as raised:
        send(failure)
    assert raised.value.__cause__ is failure
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (client_error("Throttled", 400), NotifierUnavailable),
        (client_error("PlatformApplicationDisabled", 400), NotifierUnavailable),
        (client_error("InvalidParameter", 400, "Invalid parameter: Message too long"), NotifierUnavailable),
        (ConnectTimeoutError(endpoint_url=URL), NotifierUnavailable),
        (SSLError(endpoint_url=URL, error=OSError("cannot be decrypted")), DeliveryUncertain),
        (client_error("InternalError", 500), DeliveryUncertain),
        (ReadTimeoutError(endpoint_url=URL), DeliveryUncertain),
    ],
)
def test_a_refusal_is_told_from_a_notification_that_may_have_gone_out(
    failure: Exception, error: type[DivisaError]
) -> None:
    with pytest.raises(error) as raised:
        send({"EndpointArn": ENDPOINT}, failure)
    assert raised.value.__cause__ is failure
    assert TOKEN not in str(raised.value)


def test_a_device_is_forgotten_with_the_endpoint_that_its_token_has(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_response(
        "create_platform_endpoint", {"EndpointArn": ENDPOINT}, {"PlatformApplicationArn": ANDROID, "Token": TOKEN}
    )
    stubber.add_response("delete_endpoint", {}, {"EndpointArn": ENDPOINT})
    SnsPushGateway(client, {Platform.ANDROID: ANDROID}).forget(a_device())


@pytest.mark.parametrize(
    "steps",
    [
        [client_error("InvalidParameter", 400, "Invalid parameter: Token Reason: no such token")],
        [{"EndpointArn": ENDPOINT}, client_error("NotFound", 404)],
    ],
)
def test_a_device_of_which_sns_keeps_nothing_is_forgotten(steps: list[Any]) -> None:
    client: Any = Scripted(*steps)
    SnsPushGateway(client, {Platform.ANDROID: ANDROID}).forget(a_device())
    assert len(client.calls) == len(steps)


def test_a_device_that_nothing_reaches_is_kept_nowhere() -> None:
    client: Any = Scripted()
    SnsPushGateway(client, {Platform.IOS: IOS}).forget(a_device())
    assert client.calls == []


@pytest.mark.parametrize(
    "steps",
    [
        [client_error("InternalError", 500)],
        [{"EndpointArn": ENDPOINT}, client_error("Throttled", 400)],
        [{"EndpointArn": ENDPOINT}, ReadTimeoutError(endpoint_url=URL)],
    ],
)
def test_as_long_as_an_endpoint_may_be_there_the_device_is_not_forgotten(steps: list[Any]) -> None:
    client: Any = Scripted(*steps)
    with pytest.raises(NotifierUnavailable) as raised:
        SnsPushGateway(client, {Platform.ANDROID: ANDROID}).forget(a_device())
    assert raised.value.__cause__ is steps[-1]
    assert TOKEN not in str(raised.value)
