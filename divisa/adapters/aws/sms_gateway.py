"""Text messages through SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from divisa.adapters.aws.failures import AWS_ERRORS, code_of, was_surely_refused
from divisa.domain.errors import DeliveryUncertain, InvalidContact, NotifierUnavailable
from divisa.domain.recipient import valid_phone

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

_INVALID: Final = {"InvalidParameter", "InvalidParameterValue"}


class SnsSmsGateway:
    """An `SmsGateway` on SNS; messages are transactional, which carriers prefer over promotional ones."""

    def __init__(self, client: SNSClient, sender_id: str = "") -> None:
        """`sender_id` is shown as sender where the country allows it; empty for none. The client must not retry."""
        self._client = client
        self._attributes = {"AWS.SNS.SMS.SMSType": _text("Transactional")}
        if sender_id:
            self._attributes["AWS.SNS.SMS.SenderID"] = _text(sender_id)

    def send(self, phone: str, text: str) -> str:
        """Send to a number in E.164 form; returns SNS's message id.

        Raises:
            InvalidContact: the number is none, or SNS refuses it.
            NotifierUnavailable: SNS did not take the message.
            DeliveryUncertain: the connection broke off, or SNS failed on the way.
        """
        try:
            answer = self._client.publish(
                PhoneNumber=valid_phone(phone), Message=text, MessageAttributes=self._attributes
            )
        except AWS_ERRORS as error:
            if _is_about_the_number(error):
                raise InvalidContact("the gateway refuses the phone number") from error
            if was_surely_refused(error):
                raise NotifierUnavailable(f"the SMS was not taken: {code_of(error)}") from error
            raise DeliveryUncertain(f"the SMS may have gone out: {code_of(error)}") from error
        return answer["MessageId"]


def _is_about_the_number(error: BotoCoreError | ClientError) -> bool:
    """SNS has one code for every wrong parameter; a wrong sender id must not be taken for a wrong number."""
    return (
        isinstance(error, ClientError)
        and code_of(error) in _INVALID
        and "PhoneNumber" in error.response.get("Error", {}).get("Message", "")
    )


def _text(value: str) -> MessageAttributeValueTypeDef:
    return {"DataType": "String", "StringValue": value}
