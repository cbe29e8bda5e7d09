"""An SMS gateway that keeps what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from divisa.domain.recipient import valid_phone


@dataclass(frozen=True, slots=True)
class SentSms:
    """One message that was taken; its number is left out of `repr`."""

    phone: str = field(repr=False)
    text: str
    message_id: str


class MemorySmsGateway:
    """An `SmsGateway` as a list.

    Attributes:
        sent: every message so far, in order.
    """

    def __init__(self) -> None:
        self.sent: list[SentSms] = []

    def send(self, phone: str, text: str) -> str:
        """Keep a message; ids count from `sms-1`.

        Raises:
            InvalidContact: the number is not in E.164 form.
        """
        message_id = f"sms-{len(self.sent) + 1}"
        self.sent.append(SentSms(valid_phone(phone), text, message_id))
        return message_id
