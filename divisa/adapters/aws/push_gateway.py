"""Notifications through SNS: an endpoint for each device's token, and a message in the words of its platform."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from divisa.adapters.aws.failures import AWS_ERRORS, code_of, was_surely_refused
from divisa.domain.errors import DeliveryUncertain, InvalidContact, NoContact, NotifierUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.exceptions import BotoCoreError
    from mypy_boto3_sns import SNSClient

    from divisa.domain.device import Device, Platform
    from divisa.domain.push import Notification

_GONE: Final = {"EndpointDisabled", "EndpointDisabledException", "NotFound", "NotFoundException"}
_INVALID: Final = {"InvalidParameter", "InvalidParameterException"}
_EXISTS: Final = re.compile(r"Endpoint (arn:\S+) already exists")
"""What SNS says when the token has an endpoint whose attributes were changed since."""
_TTL_OF: Final = {"GCM": "FCM"}
"""Services that the attribute of the lifetime calls by another name than the message does."""


class SnsPushGateway:
    """A `PushGateway` on SNS, with an application for each platform that is reached."""

    def __init__(self, client: SNSClient, applications: Mapping[Platform, str]) -> None:
        """`applications` are ARNs of platform applications, empty for none. The client must not retry."""
        self._client = client
        self._applications = {platform: arn for platform, arn in applications.items() if arn}

    def send(self, device: Device, notification: Notification, begin: Callable[[], None]) -> str:
        """Send to a device; returns SNS's message id.

        Raises:
            InvalidContact: SNS refuses the token, or has found out that the device takes nothing any more.
            NoContact: there is no application for its platform.
            NotifierUnavailable: SNS did not take the message.
            DeliveryUncertain: the connection broke off, or SNS failed on the way.
        """
        application = self._applications.get(device.platform)
        if application is None:
            raise NoContact(f"no application sends to {device.platform.value}")
        endpoint = self._endpoint(application, device)
        service = application.partition(":app/")[2].partition("/")[0]
        lifetime = str(int(notification.lifetime.total_seconds()))
        begin()
        try:
            answer = self._client.publish(
                TargetArn=endpoint,
                MessageStructure="json",
                Message=json.dumps(_message(service, notification), ensure_ascii=False),
                MessageAttributes={
                    f"AWS.SNS.MOBILE.{_TTL_OF.get(service, service)}.TTL": {
                        "DataType": "String",
                        "StringValue": lifetime,
                    }
                },
            )
        except AWS_ERRORS as error:
            if code_of(error) in _GONE:
                self._try_to_delete(endpoint)
                raise InvalidContact("the device takes no notifications any more") from error
            raise _failure(error) from error
        return answer["MessageId"]

    def forget(self, device: Device) -> None:
        """Delete a device's endpoint, and with it its token.

        SNS finds an endpoint by its token in one way only: it is asked to make one, and names that which is there. So
        a device without an endpoint has one for a moment.

        Raises:
            NotifierUnavailable: SNS did not delete it; it may be there still.
        """
        application = self._applications.get(device.platform)
        if application is None:
            return
        try:
            endpoint = self._endpoint(application, device)
        except InvalidContact:
            return  # SNS keeps nothing under a token that it refuses
        try:
            self._client.delete_endpoint(EndpointArn=endpoint)
        except AWS_ERRORS as error:
            if code_of(error) not in _GONE:
                raise NotifierUnavailable(f"the endpoint was not deleted: {code_of(error)}") from error

    def _endpoint(self, application: str, device: Device) -> str:
        """The endpoint of a device; that of a token that has one already is the same."""
        try:
            answer = self._client.create_platform_endpoint(PlatformApplicationArn=application, Token=device.token)
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and code_of(error) in _INVALID:
                said = error.response.get("Error", {}).get("Message", "")
                if found := _EXISTS.search(said):
                    return found[1]
                if "Token" in said:
                    raise InvalidContact("the gateway refuses the token") from error
            # Nothing was published yet, whatever broke.
            raise NotifierUnavailable(f"the device has no endpoint: {code_of(error)}") from error
        return answer["EndpointArn"]

    def _try_to_delete(self, endpoint: str) -> None:
        """Delete an endpoint, so that the token gets a new one when its device registers again."""
        try:
            self._client.delete_endpoint(EndpointArn=endpoint)
        except AWS_ERRORS:
            return  # it stays disabled; the device is forgotten all the same


def _failure(error: BotoCoreError | ClientError) -> NotifierUnavailable | DeliveryUncertain:
    if was_surely_refused(error):
        return NotifierUnavailable(f"the notification was not taken: {code_of(error)}")
    return DeliveryUncertain(f"the notification may have gone out: {code_of(error)}")


def _message(service: str, notification: Notification) -> dict[str, str]:
    """The message by service, each as the JSON text that the service takes; `default` is what SNS insists on."""
    words = {"title": notification.title, "body": notification.body}
    data = {"suggestion_id": notification.suggestion_id, "link": notification.link}
    payload: dict[str, Any]
    if service == "GCM":
        payload = {"fcmV1Message": {"message": {"notification": words, "data": data}}}
    else:
        payload = {"aps": {"alert": words}, **data}
    return {"default": notification.body, service: json.dumps(payload, ensure_ascii=False)}
