from __future__ import annotations

from dataclasses import replace

import pytest

from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.domain.feedback import EmailFeedback, FeedbackKind
from divisa.domain.recipient import Channel
from divisa.services.take_feedback import TakeEmailFeedback, TakeSms
from divisa.services.unsubscribe import WithdrawConsent
from tests.builders import EMAIL, PHONE, a_recipient

ANA = a_recipient()
EVA = a_recipient("eva", email="eva@example.com")
BEN = a_recipient("ben", phone="+525500000000", email="ben@example.com")


@pytest.fixture
def recipients() -> MemoryRecipients:
    made = MemoryRecipients()
    made.put_many([ANA, EVA, BEN])
    return made


def test_everybody_with_the_number_gets_no_more_texts_and_whatever_else_they_agreed_to(
    recipients: MemoryRecipients,
) -> None:
    take = TakeSms(recipients, WithdrawConsent(recipients))
    assert take(PHONE, "Baja") == 2
    for before in (ANA, EVA):
        after = recipients.load(before.user_id)
        assert after == replace(before, consent=before.consent - {Channel.SMS}, version=1)
    assert recipients.load("ben") == BEN
    assert take(PHONE, "STOP") == 0
    assert take("+529999999999", "STOP") == 0


def test_another_text_changes_nothing(recipients: MemoryRecipients) -> None:
    assert TakeSms(recipients, WithdrawConsent(recipients))(PHONE, "gracias") is None
    assert recipients.load("ana") == ANA


def test_who_complains_gets_no_more_emails(recipients: MemoryRecipients) -> None:
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients))
    complaint = EmailFeedback(FeedbackKind.COMPLAINT, (EMAIL,))
    assert (take(complaint), take(complaint)) == (1, 0)
    assert recipients.load("ana") == replace(ANA, consent=ANA.consent - {Channel.EMAIL}, version=1)
    assert recipients.load("eva") == EVA


def test_an_address_that_bounced_is_left_out_until_it_is_another_one(recipients: MemoryRecipients) -> None:
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients))
    assert take(EmailFeedback(FeedbackKind.PERMANENT_BOUNCE, (EMAIL, EMAIL.upper()))) == 1

    bounced = recipients.load("ana")
    assert bounced == replace(ANA, unusable_email=EMAIL)
    assert Channel.EMAIL in bounced.consent
    assert Channel.EMAIL not in bounced.reachable()
    assert Channel.EMAIL in replace(bounced, email="new@example.com").reachable()


def test_nothing_follows_on_anything_else(recipients: MemoryRecipients) -> None:
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients))
    assert take(EmailFeedback(FeedbackKind.OTHER)) == 0
    assert recipients.load("ana") == ANA
