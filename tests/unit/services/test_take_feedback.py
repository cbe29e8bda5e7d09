from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.domain.errors import ConcurrentUpdate, NotFound
from divisa.domain.feedback import EmailFeedback, FeedbackKind
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.services.take_feedback import TakeEmailFeedback, TakeSms
from divisa.services.unsubscribe import WithdrawConsent
from tests.builders import EMAIL, PHONE, WEDNESDAY, a_recipient

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


def test_who_asks_for_no_more_and_is_not_known_is_no_success(recipients: MemoryRecipients) -> None:
    take = TakeSms(recipients, WithdrawConsent(recipients))
    with pytest.raises(NotFound):
        take("+529999999999", "STOP")
    assert take("+529999999999", "gracias") is None


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ("+5215511112222", "+525511112222"),
        ("+525511112222", "+5215511112222"),
        ("+5491122223333", "+541122223333"),
        ("+541122223333", "+5491122223333"),
    ],
)
def test_a_number_is_the_same_with_and_without_the_digit_of_mobile_phones(
    recipients: MemoryRecipients, known: str, told: str
) -> None:
    recipients.put_many([a_recipient("leo", phone=known)])
    assert TakeSms(recipients, WithdrawConsent(recipients))(told, "BAJA") == 1
    assert Channel.SMS not in recipients.load("leo").consent
    assert recipients.load("ana") == ANA


def test_another_text_changes_nothing(recipients: MemoryRecipients) -> None:
    assert TakeSms(recipients, WithdrawConsent(recipients))(PHONE, "gracias") is None
    assert recipients.load("ana") == ANA


def test_who_complains_gets_no_more_emails(recipients: MemoryRecipients) -> None:
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients), MemoryDeliveries())
    complaint = EmailFeedback(FeedbackKind.COMPLAINT, (EMAIL,))
    assert (take(complaint), take(complaint)) == (1, 0)
    assert recipients.load("ana") == replace(ANA, consent=ANA.consent - {Channel.EMAIL}, version=1)
    assert recipients.load("eva") == EVA


def test_an_address_that_bounced_is_left_out_until_it_is_another_one(recipients: MemoryRecipients) -> None:
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients), MemoryDeliveries())
    assert take(EmailFeedback(FeedbackKind.PERMANENT_BOUNCE, (EMAIL, EMAIL.upper()))) == 1

    bounced = recipients.load("ana")
    assert bounced == replace(ANA, unusable_email=EMAIL)
    assert Channel.EMAIL in bounced.consent
    assert Channel.EMAIL not in bounced.reachable()
    assert Channel.EMAIL in replace(bounced, email="new@example.com").reachable()


def test_nothing_follows_on_anything_else(recipients: MemoryRecipients) -> None:
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients), MemoryDeliveries())
    assert take(EmailFeedback(FeedbackKind.OTHER)) == 0
    assert recipients.load("ana") == ANA


S_1 = Delivery("s-1", Channel.EMAIL, DeliveryStatus.SENT, WEDNESDAY, "m-1")


@pytest.fixture
def deliveries() -> MemoryDeliveries:
    made = MemoryDeliveries()
    made.claim(replace(S_1, status=DeliveryStatus.CLAIMED))
    return made


def hear(recipients: MemoryRecipients, deliveries: MemoryDeliveries, *kinds: FeedbackKind) -> Delivery:
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients), deliveries)
    for kind in kinds:
        take(EmailFeedback(kind, (), "s-1", "m-1"))
    [found] = deliveries.all()
    return found


DELIVERY, BOUNCE, COMPLAINT = FeedbackKind.DELIVERY, FeedbackKind.PERMANENT_BOUNCE, FeedbackKind.COMPLAINT


@pytest.mark.parametrize("kinds", list(permutations([DELIVERY, DELIVERY, BOUNCE, FeedbackKind.OTHER])))
def test_a_bounced_email_stays_bounced_in_whatever_order_things_are_heard(
    recipients: MemoryRecipients, deliveries: MemoryDeliveries, kinds: tuple[FeedbackKind, ...]
) -> None:
    deliveries.settle(S_1)
    assert hear(recipients, deliveries, *kinds) == replace(S_1, status=DeliveryStatus.BOUNCED)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DELIVERY, DeliveryStatus.DELIVERED),
        (COMPLAINT, DeliveryStatus.COMPLAINED),
        (FeedbackKind.OTHER, DeliveryStatus.SENT),
    ],
)
def test_what_is_said_to_an_email_is_written_down_with_its_delivery(
    recipients: MemoryRecipients, deliveries: MemoryDeliveries, kind: FeedbackKind, status: DeliveryStatus
) -> None:
    deliveries.settle(S_1)
    assert hear(recipients, deliveries, kind, kind) == replace(S_1, status=status)


def test_an_email_of_which_nobody_knew_whether_it_went_out_is_known_by_its_delivery(
    recipients: MemoryRecipients, deliveries: MemoryDeliveries
) -> None:
    deliveries.settle(replace(S_1, status=DeliveryStatus.UNCERTAIN, message_id=None))
    assert hear(recipients, deliveries, DELIVERY) == replace(S_1, status=DeliveryStatus.DELIVERED)


def test_what_is_heard_before_the_sender_has_settled_is_heard_again_later(
    recipients: MemoryRecipients, deliveries: MemoryDeliveries
) -> None:
    with pytest.raises(ConcurrentUpdate):
        hear(recipients, deliveries, BOUNCE)
    deliveries.settle(S_1)
    assert hear(recipients, deliveries, BOUNCE).status is DeliveryStatus.BOUNCED


def test_an_email_without_a_suggestion_and_one_whose_delivery_was_erased_leave_no_trace(
    recipients: MemoryRecipients,
) -> None:
    deliveries = MemoryDeliveries()
    take = TakeEmailFeedback(recipients, WithdrawConsent(recipients), deliveries)
    assert take(EmailFeedback(BOUNCE, (EMAIL,), None, "m-1")) == 1
    assert take(EmailFeedback(DELIVERY, (), "s-1", "m-1")) == 0
    assert list(deliveries.all()) == []
