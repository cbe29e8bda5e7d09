from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)

from divisa.adapters.aws.email_gateway import SesEmailGateway
from divisa.adapters.aws.sms_gateway import SnsSmsGateway
from divisa.domain.email import Email
from divisa.domain.errors import DeliveryUncertain, DivisaError, InvalidContact, NotifierUnavailable
from tests.unit.adapters.aws.failing import Scripted, client_error

EMAIL = Email(
    "subject",
    "text",
    "<p>html</p>",
    "https://api.divisa.example/v1/unsubscribe?token=t.k",
    "b3a1f0c2d4e5968778695a4b3c",
)
PHONE, ADDRESS, URL = "+525512345678", "ana@example.org", "https://127.0.0.1"


def by_sms(step: Any, sender_id: str = "") -> Any:
    client: Any = Scripted(step)
    SnsSmsGateway(client, sender_id).send(PHONE, "text")
    return client


def by_email(step: Any) -> Any:
    client: Any = Scripted(step)
    SesEmailGateway(client, "us@divisa.example", "divisa-test").send(ADDRESS, EMAIL)
    return client


@pytest.mark.parametrize("send", [by_sms, by_email])
@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (client_error("Throttling", 400), NotifierUnavailable),
        (client_error("AccessDenied", 403), NotifierUnavailable),
        (client_error("MessageRejected", 400), NotifierUnavailable),
        (client_error("ServiceUnavailable", 503), NotifierUnavailable),
        (ConnectTimeoutError(endpoint_url=URL), NotifierUnavailable),
        (EndpointConnectionError(endpoint_url=URL), NotifierUnavailable),
        (NoCredentialsError(), NotifierUnavailable),
        (client_error("InternalError", 500), DeliveryUncertain),
        (client_error("Gateway", 504), DeliveryUncertain),
        (ReadTimeoutError(endpoint_url=URL), DeliveryUncertain),
        (ConnectionClosedError(endpoint_url=URL), DeliveryUncertain),
        (SSLError(endpoint_url=URL, error=OSError("cannot be decrypted")), DeliveryUncertain),
    ],
)
def test_a_refusal_is_told_from_a_message_that_may_have_gone_out(
    send: Any, failure: Exception, error: type[DivisaError]
) -> None:
    with pytest.raises(error) as raised:
        send(failure)
    assert raised.value.__cause__ is failure
    assert PHONE not in str(raised.value)
    assert ADDRESS not in str(raised.value)


def test_a_number_that_sns_refuses_is_an_invalid_contact() -> None:
    said = f"Invalid parameter: PhoneNumber Reason: {PHONE} is not valid to publish to"
    with pytest.raises(InvalidContact) as refused:
        by_sms(client_error("InvalidParameter", 400, said))
    assert PHONE not in str(refused.value)


def test_another_wrong_parameter_is_our_mistake_and_not_the_numbers() -> None:
    with pytest.raises(NotifierUnavailable):
        by_sms(client_error("InvalidParameterValue", 400, "Invalid parameter: SenderID"))


def test_an_address_that_ses_refuses_is_an_invalid_contact() -> None:
    with pytest.raises(InvalidContact) as refused:
        by_email(client_error("BadRequestException", 400, f"Local address contains control: {ADDRESS}"))
    assert ADDRESS not in str(refused.value)


def test_a_sender_id_is_named_where_there_is_one() -> None:
    assert "AWS.SNS.SMS.SenderID" not in by_sms({"MessageId": "1"}).calls[0]["MessageAttributes"]
    attributes = by_sms({"MessageId": "1"}, "Divisa").calls[0]["MessageAttributes"]
    assert attributes["AWS.SNS.SMS.SenderID"]["StringValue"] == "Divisa"
    assert attributes["AWS.SNS.SMS.SMSType"]["StringValue"] == "Transactional"


def test_an_email_goes_out_in_both_forms_and_its_mail_program_can_end_them_with_one_click() -> None:
    [call] = by_email({"MessageId": "1"}).calls
    simple = call["Content"]["Simple"]

    assert {form: each["Data"] for form, each in simple["Body"].items()} == {"Text": EMAIL.text, "Html": EMAIL.html}
    assert {each["Name"]: each["Value"] for each in simple["Headers"]} == {
        "List-Unsubscribe": "<https://api.divisa.example/v1/unsubscribe?token=t.k>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert call["EmailTags"] == [{"Name": "suggestion", "Value": EMAIL.suggestion_id}]
    assert (call["ConfigurationSetName"], call["Destination"]) == ("divisa-test", {"ToAddresses": [ADDRESS]})
