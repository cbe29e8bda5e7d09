from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.wire.unsubscribe import SignedUnsubscribeTokens
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.recipient import Channel
from divisa.services.unsubscribe import TRIES, LinkEmails, Subscription, WithdrawConsent
from tests.builders import APP_URL, a_recipient, a_suggestion

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient

EMAILS = Subscription("ana", Channel.EMAIL)


class BusyRecipients(MemoryRecipients):
    """Recipients whose weekly cap somebody else changes between a load and the save after it, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.put_many([a_recipient()])

    def load(self, user_id: str) -> Recipient:
        found = super().load(user_id)
        if self.times:
            self.times -= 1
            other = replace(found, weekly_cap=found.weekly_cap - 1, version=found.version + 1)
            self.put_many([other])
        return found


def test_what_somebody_else_changes_meanwhile_is_kept() -> None:
    recipients = BusyRecipients(TRIES - 1)
    before = a_recipient()
    assert WithdrawConsent(recipients)(EMAILS)
    after = recipients.load("ana")
    assert after.consent == before.consent - {Channel.EMAIL}
    assert after.weekly_cap == before.weekly_cap - (TRIES - 1)


def test_when_it_never_gets_in_between_it_says_so() -> None:
    recipients = BusyRecipients(100)
    with pytest.raises(ConcurrentUpdate):
        WithdrawConsent(recipients)(EMAILS)
    assert Channel.EMAIL in recipients.load("ana").consent


def test_who_agreed_to_nothing_or_is_unknown_is_not_written() -> None:
    recipients = MemoryRecipients()
    recipients.put_many([a_recipient("ben", consent=frozenset())])
    assert not WithdrawConsent(recipients)(EMAILS)
    assert not WithdrawConsent(recipients)(Subscription("ben", Channel.EMAIL))
    assert recipients.get_many(["ana", "ben"]) == {"ben": a_recipient("ben", consent=frozenset())}


def test_an_email_leads_to_its_suggestion_and_out_of_its_persons_emails() -> None:
    tokens = SignedUnsubscribeTokens(lambda: [b"the secret of this year"])
    suggestion = a_suggestion(suggestion_id="b3a1")
    links = LinkEmails(APP_URL, "https://api.divisa.example", tokens)(suggestion)
    address, _, token = links.unsubscribe.partition("?token=")
    assert links.suggestion == f"{APP_URL}/s/b3a1"
    assert address == "https://api.divisa.example/v1/unsubscribe"
    assert tokens.read(token) == Subscription(suggestion.user_id, Channel.EMAIL)
