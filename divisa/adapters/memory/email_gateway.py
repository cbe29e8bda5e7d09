"""An email gateway that keeps what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from divisa.domain.recipient import valid_email

if TYPE_CHECKING:
    from divisa.domain.email import Email


@dataclass(frozen=True, slots=True)
class SentEmail:
    """One message that was taken; its address is left out of `repr`."""

    address: str = field(repr=False)
    email: Email
    message_id: str


class MemoryEmailGateway:
    """An `EmailGateway` as a list.

    Attributes:
        sent: every message so far, in order.
    """

    def __init__(self) -> None:
        self.sent: list[SentEmail] = []

    def send(self, address: str, email: Email) -> str:
        """Keep a message; ids count from `email-1`.

        Raises:
            InvalidContact: the address is not of the form local@domain.
        """
        message_id = f"email-{len(self.sent) + 1}"
        self.sent.append(SentEmail(valid_email(address), email, message_id))
        return message_id
