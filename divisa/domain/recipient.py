"""Whom a message goes to, in which language, and over which channels that person agreed to."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidContact
from divisa.domain.preferences import USUAL_WEEKLY_CAP, UTC_ZONE, Preferences

if TYPE_CHECKING:
    from divisa.domain.pair import Pair
    from divisa.domain.preferences import Alert, QuietHours

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_TWO_SPELLINGS = (
    (re.compile(r"\+521?([0-9]{10})"), ("+52", "+521")),
    (re.compile(r"\+549?([0-9]{10})"), ("+54", "+549")),
)
"""Mobile numbers of Mexico (a 1 until 2019) and of Argentina (a 9 from abroad): carriers and people write them with the
digit and without."""
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@(?=.{4,255}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Channel(StrEnum):
    """How a message travels, in the usual order of preference: the cheapest first."""

    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"


class Language(StrEnum):
    """The languages that messages exist in; Spanish is the default."""

    ES = "es"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Recipient:
    """How one user may be reached, and what they wish to be told.

    Attributes:
        user_id: who it is.
        language: of the messages.
        consent: channels that the user agreed to.
        phone: E.164 as the user entered it, checked when a message is sent; None when there is none.
        email: as above.
        time_zone, quiet_hours, weekly_cap, pairs, alerts, channel_order: as in `Preferences`.
        unusable_email: an address that bounced for good; no email goes to it, and one to another address does.
        version: grows by one with every change of the preferences; 0 before the first.
    """

    user_id: str
    language: Language = Language.ES
    consent: frozenset[Channel] = frozenset()
    phone: str | None = None
    email: str | None = None
    time_zone: str = UTC_ZONE
    quiet_hours: QuietHours | None = None
    weekly_cap: int = USUAL_WEEKLY_CAP
    pairs: frozenset[Pair] | None = None
    alerts: tuple[Alert, ...] = ()
    channel_order: tuple[Channel, ...] = tuple(Channel)
    unusable_email: str | None = None
    version: int = 0

    @property
    def preferences(self) -> Preferences:
        """What the user wishes, without who they are."""
        return Preferences(**{field.name: getattr(self, field.name) for field in fields(Preferences)})

    def with_preferences(self, preferences: Preferences) -> Recipient:
        """The same user, of the same version, with other wishes."""
        return replace(self, **{field.name: getattr(preferences, field.name) for field in fields(preferences)})

    @property
    def has_usable_email(self) -> bool:
        """Whether there is an address that has not bounced."""
        return bool(self.email) and self.email != self.unusable_email

    def reachable(self) -> tuple[Channel, ...]:
        """Channels with consent and, where it is kept here, a usable contact, in the order that the user prefers.

        Whether there is a device for a notification shows when it is sent.
        """
        contacts = {Channel.PUSH: self.user_id, Channel.EMAIL: self.has_usable_email, Channel.SMS: self.phone}
        return tuple(channel for channel in self.channel_order if channel in self.consent and contacts[channel])

    def __repr__(self) -> str:
        """Without contacts, which must not reach a log."""
        return f"Recipient(user_id={self.user_id!r}, language={self.language.value!r})"


def valid_phone(phone: str) -> str:
    """The number, when it has the form of E.164 (ITU-T): a plus sign and 7 to 15 digits, no leading zero.

    Raises:
        InvalidContact: it has not. The message does not repeat the number.
    """
    if not _E164.fullmatch(phone):
        raise InvalidContact("the phone number is not in E.164 form")
    return phone


def spellings_of_phone(phone: str) -> tuple[str, ...]:
    """All E.164 spellings of the same number: whoever texts us may be known by another one than their carrier tells.

    >>> spellings_of_phone("+5215512345678"), spellings_of_phone("+12065550100")
    (('+525512345678', '+5215512345678'), ('+12065550100',))
    """
    for number, prefixes in _TWO_SPELLINGS:
        if found := number.fullmatch(phone):
            return tuple(prefix + found[1] for prefix in prefixes)
    return (phone,)


def valid_email(address: str) -> str:
    """The address, when a mail server could take it: local@domain.tld, no spaces, no lists, at most 320 characters.

    Raises:
        InvalidContact: it could not. The message does not repeat the address.
    """
    if not _EMAIL.fullmatch(address):
        raise InvalidContact("the email address is not of the form local@domain")
    return address
