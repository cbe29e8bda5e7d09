"""Withdraw a person's consent to a channel, by whoever shows that they got a message over it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from divisa.domain.email import EmailLinks
from divisa.domain.errors import ConcurrentUpdate, NotFound
from divisa.domain.links import suggestion_link
from divisa.domain.recipient import Channel
from divisa.services.admit import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.recipient import Language
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Recipients, Secrets

PATH: Final = "/v1/unsubscribe"
"""Where the API ends subscriptions."""
PREVIOUS_KEY: Final = "previous_key"
"""The name of the key that the API's secret had before, by which older links are known."""
TRIES: Final = 5
"""How often a withdrawal that met another change of the same preferences is made anew."""


class Subscription(NamedTuple):
    """What an unsubscribe link ends: messages to one person over one channel."""

    user_id: str
    channel: Channel


class UnsubscribeTokens(Protocol):
    """What makes unsubscribe links, and knows them again."""

    def issue(self, subscription: Subscription) -> str:
        """A token that ends this subscription, for years, in letters, digits, `-`, `_` and `.`."""

    def read(self, token: str) -> Subscription:
        """The subscription of a token.

        Raises:
            NotFound: it is none of ours.
        """


def signing_keys(secrets: Secrets) -> Sequence[bytes]:
    """The stage's secret, and the one before it as long as it is kept, under `previous_key`.

    Raises:
        NotFound: there is none.
        InvalidSetting: the secret is none.
        StoreUnavailable: it cannot be read.
    """
    present = secrets.get(KEY)
    try:
        return present, secrets.get(PREVIOUS_KEY)
    except NotFound:
        return (present,)


@dataclass(frozen=True, slots=True)
class LinkEmails:
    """Where the email about a suggestion leads to.

    Attributes:
        app_url: the app, without a slash at its end.
        api_url: the API, as above.
    """

    app_url: str
    api_url: str
    tokens: UnsubscribeTokens

    def __call__(self, suggestion: Suggestion) -> EmailLinks:
        """The links of one email."""
        token = self.tokens.issue(Subscription(suggestion.user_id, Channel.EMAIL))
        return EmailLinks(
            suggestion_link(self.app_url, suggestion.suggestion_id), f"{self.api_url}{PATH}?token={token}"
        )


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """Takes a channel out of a person's consent; the other preferences stay as they are."""

    recipients: Recipients

    def __call__(self, subscription: Subscription) -> bool:
        """Withdraw; False, and nothing is written, when there is no consent (any more), as of somebody erased.

        Raises:
            ConcurrentUpdate: the preferences kept changing meanwhile; try again.
            StoreUnavailable: the table did not answer; try again.
        """
        for _ in range(TRIES):
            recipient = self.recipients.load(subscription.user_id)
            if subscription.channel not in recipient.consent:
                return False
            left = recipient.consent - {subscription.channel}
            try:
                self.recipients.save_preferences(replace(recipient, consent=left))
            except ConcurrentUpdate:
                continue
            return True
        raise ConcurrentUpdate("the preferences keep changing")


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """What an unsubscribe link does. Showing it changes nothing: mail scanners open every link of an email."""

    tokens: UnsubscribeTokens
    recipients: Recipients
    withdraw: WithdrawConsent

    def language(self, token: str) -> Language:
        """In which language to ask the person of a link.

        Raises:
            NotFound: the token is none of ours.
        """
        return self.recipients.load(self.tokens.read(token).user_id).language

    def __call__(self, token: str) -> Language:
        """End the subscription of a link; a second time changes nothing. Returns the language to say so in.

        Raises:
            NotFound: the token is none of ours.
            ConcurrentUpdate: the preferences kept changing meanwhile; try again.
        """
        language = self.language(token)
        self.withdraw(self.tokens.read(token))
        return language
