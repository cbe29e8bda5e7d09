"""Email through SES."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.failures import AWS_ERRORS, code_of, was_surely_refused
from divisa.adapters.wire.feedback import SUGGESTION_TAG
from divisa.domain.errors import DeliveryUncertain, InvalidContact, NotifierUnavailable
from divisa.domain.recipient import valid_email

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

    from divisa.domain.email import Email

_CHARSET: Final = "UTF-8"
_BAD_ADDRESS: Final = {"BadRequestException"}
"""`MessageRejected` is not among them: SES also says so of a sender that is not verified, which is our mistake."""


class SesEmailGateway:
    """An `EmailGateway` on SES; messages are plain text and HTML, and a mail program can end them with one click."""

    def __init__(self, client: SESV2Client, sender: str, configuration_set: str) -> None:
        """`sender` is a verified address; SES tells of bounces by `configuration_set`. The client must not retry."""
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, address: str, email: Email) -> str:
        """Send to an address; returns SES's message id.

        Raises:
            InvalidContact: the address is none, or SES refuses it.
            NotifierUnavailable: SES did not take the message.
            DeliveryUncertain: the connection broke off, or SES failed on the way.
        """
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [valid_email(address)]},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": SUGGESTION_TAG, "Value": email.suggestion_id}],
                Content={
                    "Simple": {
                        "Subject": {"Data": email.subject, "Charset": _CHARSET},
                        "Body": {
                            "Text": {"Data": email.text, "Charset": _CHARSET},
                            "Html": {"Data": email.html, "Charset": _CHARSET},
                        },
                        "Headers": [
                            {"Name": "List-Unsubscribe", "Value": f"<{email.unsubscribe}>"},
                            {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
                        ],
                    }
                },
            )
        except AWS_ERRORS as error:
            if code_of(error) in _BAD_ADDRESS:
                raise InvalidContact("the gateway refuses the email address") from error
            if was_surely_refused(error):
                raise NotifierUnavailable(f"the email was not taken: {code_of(error)}") from error
            raise DeliveryUncertain(f"the email may have gone out: {code_of(error)}") from error
        return answer["MessageId"]
