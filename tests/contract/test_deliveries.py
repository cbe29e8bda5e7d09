from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.domain.errors import ConcurrentUpdate, StoreUnavailable
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition
    from pynamodb.models import Model

    from divisa.ports import Deliveries

AT = datetime(2024, 1, 5, 14, 15, 0, 1, tzinfo=UTC)
LATER = AT + timedelta(seconds=61)


def a_claim(suggestion_id: str, channel: Channel = Channel.SMS) -> Delivery:
    return Delivery(suggestion_id, channel, DeliveryStatus.CLAIMED, AT, attempt="ours")


SMS = a_claim("s-1")
OTHERS = replace(SMS, at=LATER, attempt="another's")
SENT = replace(SMS, status=DeliveryStatus.SENT, at=AT + timedelta(seconds=1), message_id="m-1")


@pytest.fixture
def deliveries(side: str, request: pytest.FixtureRequest) -> Deliveries:
    if side == "memory":
        return MemoryDeliveries()
    return DynamoDeliveries(make_tables(request.getfixturevalue("cloud")).deliveries)


def test_the_first_who_claims_sends_and_the_next_sees_whose_it_is(deliveries: Deliveries) -> None:
    assert deliveries.claim(SMS) is None
    found = deliveries.claim(OTHERS)
    assert found == SMS
    assert found.attempt == SMS.attempt


def test_each_channel_of_a_suggestion_is_its_own_delivery(deliveries: Deliveries) -> None:
    assert deliveries.claim(SMS) is None
    assert deliveries.claim(a_claim("s-1", Channel.EMAIL)) is None
    assert deliveries.claim(a_claim("s-2")) is None
    assert {(each.suggestion_id, each.channel) for each in deliveries.all()} == {
        ("s-1", Channel.SMS),
        ("s-1", Channel.EMAIL),
        ("s-2", Channel.SMS),
    }


@pytest.mark.parametrize("status", [status for status in DeliveryStatus if status.is_settled])
def test_a_settled_delivery_is_remembered(deliveries: Deliveries, status: DeliveryStatus) -> None:
    deliveries.claim(SMS)
    settled = replace(SENT, status=status)
    deliveries.settle(settled)
    assert deliveries.claim(OTHERS) == settled
    assert list(deliveries.all()) == [settled]


def test_what_is_not_claimed_or_settled_already_cannot_be_settled(deliveries: Deliveries) -> None:
    with pytest.raises(ConcurrentUpdate, match="s-1"):
        deliveries.settle(SENT)
    deliveries.claim(SMS)
    deliveries.settle(SENT)
    with pytest.raises(ConcurrentUpdate):
        deliveries.settle(replace(SENT, status=DeliveryStatus.UNCERTAIN))
    assert list(deliveries.all()) == [SENT]


def test_what_begins_to_be_sent_can_still_be_settled_or_given_back(deliveries: Deliveries) -> None:
    for end, mine in ((deliveries.release, SMS), (deliveries.settle, SENT)):
        assert deliveries.claim(SMS) is None
        for _ in range(2):  # a request whose answer was lost is made again
            deliveries.begin(replace(SMS, at=LATER))
            assert list(deliveries.all()) == [replace(SMS, status=DeliveryStatus.SENDING, at=LATER)]
        end(mine)
    assert list(deliveries.all()) == [SENT]


def test_only_what_is_claimed_begins_to_be_sent(deliveries: Deliveries) -> None:
    with pytest.raises(ConcurrentUpdate, match="s-1"):
        deliveries.begin(SMS)
    deliveries.claim(SMS)
    deliveries.settle(SENT)
    with pytest.raises(ConcurrentUpdate, match="s-1"):
        deliveries.begin(SMS)
    assert list(deliveries.all()) == [SENT]


def test_an_attempt_ends_only_what_is_its_own(deliveries: Deliveries) -> None:
    """A deletion that took effect, whose answer was lost, is made again when somebody else has claimed and sends."""
    deliveries.claim(SMS)
    deliveries.release(SMS)
    assert deliveries.claim(OTHERS) is None
    deliveries.release(SMS)
    assert list(deliveries.all()) == [OTHERS]
    for end in (deliveries.begin, deliveries.settle):
        with pytest.raises(ConcurrentUpdate):
            end(replace(SENT, attempt=SMS.attempt))
    deliveries.begin(OTHERS)
    deliveries.release(SMS)
    assert [each.status for each in deliveries.all()] == [DeliveryStatus.SENDING]


def test_a_claim_that_its_attempt_abandoned_is_taken_over_once_and_can_begin_no_more(deliveries: Deliveries) -> None:
    deliveries.claim(SMS)
    assert deliveries.claim(OTHERS, SMS) is None
    third = replace(OTHERS, attempt="a third's")
    assert deliveries.claim(third, SMS) == OTHERS
    with pytest.raises(ConcurrentUpdate):
        deliveries.begin(SMS)
    deliveries.begin(OTHERS)
    assert deliveries.claim(third, OTHERS) == replace(OTHERS, status=DeliveryStatus.SENDING)


def test_a_claim_that_began_to_be_sent_or_was_given_back_meanwhile_is_not_taken_over_as_abandoned(
    deliveries: Deliveries,
) -> None:
    deliveries.claim(SMS)
    deliveries.begin(SMS)
    assert deliveries.claim(OTHERS, SMS) == replace(SMS, status=DeliveryStatus.SENDING)
    deliveries.release(SMS)
    assert deliveries.claim(OTHERS, SMS) is None
    assert list(deliveries.all()) == [OTHERS]


def test_a_claim_that_is_given_back_can_be_claimed_again(deliveries: Deliveries) -> None:
    deliveries.claim(SMS)
    deliveries.release(SMS)
    assert list(deliveries.all()) == []
    assert deliveries.claim(SMS) is None


def test_giving_back_leaves_a_settled_delivery_and_an_unknown_one_alone(deliveries: Deliveries) -> None:
    deliveries.release(SMS)
    deliveries.claim(SMS)
    deliveries.settle(SENT)
    deliveries.release(SMS)
    assert list(deliveries.all()) == [SENT]


def test_what_became_of_suggestions_is_found_on_every_channel_and_forgotten(deliveries: Deliveries) -> None:
    deliveries.claim(SMS)
    deliveries.settle(SENT)
    deliveries.claim(a_claim("s-1", Channel.EMAIL))
    deliveries.claim(a_claim("s-2"))
    deliveries.claim(a_claim("s-3"))

    found = {(each.suggestion_id, each.channel): each for each in deliveries.of_suggestions(["s-1", "s-3", "s-4"])}
    assert set(found) == {("s-1", Channel.SMS), ("s-1", Channel.EMAIL), ("s-3", Channel.SMS)}
    assert found["s-1", Channel.SMS] == SENT

    assert deliveries.forget(["s-1", "s-3", "s-4"]) == 3
    assert [each.suggestion_id for each in deliveries.all()] == ["s-2"]
    assert deliveries.forget(["s-1", "s-3", "s-4"]) == deliveries.forget([]) == 0


HEARD = (DeliveryStatus.DELIVERED, DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED)


@pytest.mark.parametrize("before", [each for each in DeliveryStatus if each.is_settled])
@pytest.mark.parametrize("heard", HEARD)
def test_what_is_heard_of_a_message_follows_on_some_statuses_once_and_on_others_never(
    deliveries: Deliveries, before: DeliveryStatus, heard: DeliveryStatus
) -> None:
    deliveries.claim(SMS)
    deliveries.settle(replace(SENT, status=before))
    follows = before in heard.follows
    assert deliveries.hear("s-1", Channel.SMS, heard, "m-2") is follows
    assert deliveries.hear("s-1", Channel.SMS, heard, "m-2") is False
    assert list(deliveries.all()) == [replace(SENT, status=heard if follows else before)]
    with pytest.raises(ConcurrentUpdate):
        deliveries.settle(SENT)


def test_a_message_that_is_heard_of_has_the_id_that_is_told_where_it_had_none(deliveries: Deliveries) -> None:
    for suggestion_id, told in (("s-1", "m-2"), ("s-2", "")):
        deliveries.claim(a_claim(suggestion_id))
        unknown = replace(SENT, suggestion_id=suggestion_id, status=DeliveryStatus.UNCERTAIN, message_id=None)
        deliveries.settle(unknown)
        assert deliveries.hear(suggestion_id, Channel.SMS, DeliveryStatus.DELIVERED, told)
        assert list(deliveries.of_suggestions([suggestion_id])) == [
            replace(unknown, status=DeliveryStatus.DELIVERED, message_id=told or None)
        ]


def test_of_what_is_not_there_nothing_is_heard_and_what_is_being_sent_is_heard_of_later(
    deliveries: Deliveries,
) -> None:
    assert deliveries.hear("s-1", Channel.SMS, DeliveryStatus.BOUNCED, "m-1") is False
    deliveries.claim(SMS)
    with pytest.raises(ConcurrentUpdate, match="s-1"):
        deliveries.hear("s-1", Channel.SMS, DeliveryStatus.BOUNCED, "m-1")
    assert list(deliveries.all()) == [SMS]
    deliveries.begin(SMS)
    with pytest.raises(ConcurrentUpdate, match="s-1"):
        deliveries.hear("s-1", Channel.SMS, DeliveryStatus.BOUNCED, "m-1")


def test_of_many_who_claim_at_once_one_sends(deliveries: Deliveries) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda each: deliveries.claim(replace(SMS, attempt=f"{each}")), range(16)))
    assert found.count(None) == 1
    assert {each for each in found if each is not None} == {SMS}


@pytest.mark.integration
@pytest.mark.parametrize("lost", [1, 2])
def test_a_claim_whose_answer_was_lost_is_known_as_ones_own(
    lost: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB wrote it, and the answer never came: the retry finds a claim, and it must not be a stranger's."""
    table = make_tables(request.getfixturevalue("cloud")).deliveries
    put, answers = table.put, [False] * lost + [True]

    def put_and_lose(item: Model, condition: Condition) -> bool:
        written = put(item, condition)
        if not answers.pop(0):
            raise StoreUnavailable("the answer was lost")
        return written

    monkeypatch.setattr(table, "put", put_and_lose)
    ours, strangers = DynamoDeliveries(table), DynamoDeliveries(table)
    assert ours.claim(SMS) is None
    monkeypatch.undo()
    assert strangers.claim(OTHERS) == SMS
    ours.settle(SENT)
    assert strangers.claim(OTHERS) == SENT


@pytest.mark.integration
def test_a_table_that_goes_on_being_silent_is_left_to_a_later_attempt(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make_tables(request.getfixturevalue("cloud")).deliveries

    def silent(item: Model, condition: Condition) -> bool:
        raise StoreUnavailable("no answer")

    monkeypatch.setattr(table, "put", silent)
    with pytest.raises(StoreUnavailable, match="no answer"):
        DynamoDeliveries(table).claim(SMS)
