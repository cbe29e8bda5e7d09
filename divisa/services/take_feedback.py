"""Act on what comes back from people and mail servers: send nothing more to where nothing is wanted or arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.errors import NotFound
from divisa.domain.feedback import FeedbackKind
from divisa.domain.opt_out import is_opt_out
from divisa.domain.recipient import Channel, spellings_of_phone
from divisa.services.unsubscribe import Subscription

if TYPE_CHECKING:
    from divisa.domain.feedback import EmailFeedback
    from divisa.ports import Deliveries, Recipients
    from divisa.services.unsubscribe import WithdrawConsent


@dataclass(frozen=True, slots=True)
class TakeSms:
    """Takes a text message that somebody sent to us."""

    recipients: Recipients
    withdraw: WithdrawConsent

    def __call__(self, phone: str, text: str) -> int | None:
        """Withdraw consent to text messages of everybody with this number, if that is what it asks for.

        Args:
            phone: E.164, as the carrier tells it; who is known by another spelling of it is meant, too.
            text: what the message says.

        Returns:
            How many people got text messages until now; None when the message asks for something else.

        Raises:
            NotFound: nobody has the number, or the index does not know it yet: try again. Who asked for no more and
                still gets texts is worth a person's look.
            ConcurrentUpdate: somebody's preferences kept changing; try again.
            StoreUnavailable: the table did not answer; try again.
        """
        if not is_opt_out(text):
            return None
        users = {user for spelling in spellings_of_phone(phone) for user in self.recipients.of_phone(spelling)}
        if not users:
            raise NotFound("somebody asks for no more texts, and nobody is known by the number")
        return sum(self.withdraw(Subscription(user, Channel.SMS)) for user in sorted(users))


@dataclass(frozen=True, slots=True)
class TakeEmailFeedback:
    """Takes what was said to an email."""

    recipients: Recipients
    withdraw: WithdrawConsent
    deliveries: Deliveries

    def __call__(self, feedback: EmailFeedback) -> int:
        """Withdraw consent of who complained, mark the address that bounced for good, write down how the email fared.

        Returns:
            How many people it changed something for.

        Raises:
            ConcurrentUpdate: somebody's preferences kept changing, or the email's sender has not settled it yet; try
                again.
            StoreUnavailable: a table did not answer; try again.
        """
        changed = 0
        for address in feedback.addresses:
            for user_id in self.recipients.of_email(address):
                if feedback.kind is FeedbackKind.COMPLAINT:
                    changed += self.withdraw(Subscription(user_id, Channel.EMAIL))
                else:
                    changed += self.recipients.mark_unusable(user_id, address)
        if feedback.kind.status is not None and feedback.suggestion_id is not None:
            self.deliveries.hear(
                feedback.suggestion_id, Channel.EMAIL, feedback.kind.status, message_id=feedback.message_id
            )
        return changed
