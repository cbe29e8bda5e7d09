"""One suggestion makes one message: over the next channel where one surely reached nobody, and never over two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.devices import DynamoDevices
from divisa.adapters.aws.suggestions import suggestion_item
from divisa.adapters.aws.tables import Tables
from divisa.adapters.wire import suggestion_to_json
from divisa.domain.device import Device, Platform, device_id_of
from divisa.domain.recipient import Channel
from tests.builders import a_suggestion
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Suggestion
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration

NO_TOPIC = "arn:aws:sns:us-east-1:000000000000:divisa-local-nowhere"


def let_out(world: World, person: Recipient, *channels: Channel, episode: int = 1) -> Suggestion:
    """A suggestion as the functions that decide write it, for channels in an order of the test's own."""
    now = world.cloud.now()
    suggestion = replace(
        a_suggestion(suggestion_id=f"s-{person.user_id}-{episode}", user_id=person.user_id, channels=channels),
        quote_time=now,
        created_at=now,
        expires_at=now + timedelta(minutes=30),
    )
    world.cloud.client("dynamodb").put_item(
        TableName=f"{world.cloud.deployment.table_prefix}suggestions", Item=suggestion_item(suggestion).serialize()
    )
    return suggestion


def statuses(world: World, person: Recipient) -> dict[str, str]:
    return {
        channel: each.status.value for (user, channel), each in world.deliveries().items() if user == person.user_id
    }


def test_a_phone_number_that_is_none_makes_it_one_email_however_often_the_queues_hand_it_out(world: World) -> None:
    person, cloud = world.person("person", cost="16.00", phone="55 1234 5678"), world.cloud
    suggestion = let_out(world, person, Channel.SMS, Channel.EMAIL)
    eventually(lambda: world.channels(person) == ["email"], "the email is there")
    cloud.settle()
    assert statuses(world, person) == {"sms": "invalid_contact", "email": "sent"}

    for queue in (cloud.deployment.sms_queue_url, cloud.deployment.email_queue_url) * 2:
        cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=suggestion_to_json(suggestion).decode())
    cloud.settle()

    assert world.channels(person) == ["email"]
    assert statuses(world, person) == {"sms": "invalid_contact", "email": "sent"}
    books = world.books()
    assert (books.delivered, books.unsent, books.open) == ({"email": 1}, {"sms: invalid_contact": 1}, [])


def test_who_has_a_device_gets_a_notification_and_who_has_none_an_email(world: World) -> None:
    everywhere = frozenset(Channel)
    owner = world.person("owner", cost="16.00", consent=everywhere)
    ownerless = world.person("ownerless", cost="16.00", consent=everywhere)
    token = "token-of-the-owners-phone" * 2
    devices = DynamoDevices(Tables(world.cloud.deployment.table_prefix).devices)
    device_id = device_id_of(owner.user_id, Platform.ANDROID, token)
    devices.add(Device(owner.user_id, device_id, Platform.ANDROID, token, world.cloud.now()))

    world.publish(world.quote("16.80"))
    world.cloud.settle()

    assert (world.channels(owner), statuses(world, owner)) == ([], {"push": "sent"})
    assert world.channels(ownerless) == ["email"]
    assert statuses(world, ownerless) == {"push": "no_contact", "email": "sent"}
    books = world.books()
    assert (books.delivered, books.open) == ({"push": 1, "email": 1}, [])
    assert token not in world.cloud.log(world.cloud.deployment.push_function_name)


def test_when_a_month_has_no_money_left_for_text_messages_the_next_channel_tells(world: World) -> None:
    person, cloud = world.person("person", cost="16.00"), world.cloud
    with cloud.configured(cloud.deployment.sms_function_name, SMS_TARIFF="MX:0.04:0.03"):
        let_out(world, person, Channel.SMS, Channel.EMAIL)
        eventually(lambda: world.channels(person) == ["email"], "the email is there")
        cloud.settle()
    assert statuses(world, person) == {"sms": "no_budget", "email": "sent"}
    assert world.counted(cloud.deployment.sms_function_name)["DeliveriesWithoutBudget"] == 1


def test_when_a_channel_is_down_to_its_last_try_the_next_channel_tells(world: World) -> None:
    person, cloud = world.person("person", cost="16.00"), world.cloud
    nobody = "http://127.0.0.1:9"
    with cloud.configured(cloud.deployment.email_function_name, AWS_ENDPOINT_URL_SESV2=nobody, DELIVERY_TRIES="1"):
        let_out(world, person, Channel.EMAIL, Channel.SMS)
        eventually(lambda: world.channels(person) == ["sms"], "the text message is there")
        cloud.settle()
    assert statuses(world, person) == {"email": "unavailable", "sms": "sent"}


def test_of_two_that_were_let_out_at_once_for_one_place_in_the_week_one_is_sent(world: World) -> None:
    person, cloud = world.person("person", cost="16.00", weekly_cap=1), world.cloud
    both = {let_out(world, person, Channel.EMAIL, Channel.SMS, episode=n).suggestion_id for n in (1, 2)}

    def ends() -> list[str]:
        return sorted(each.status.value for each in world.stores.deliveries.all() if each.suggestion_id in both)

    eventually(lambda: ends() == ["sent", "weekly_cap"], "both are settled")
    cloud.settle()
    assert ends() == ["sent", "weekly_cap"]
    assert world.channels(person) == ["email"]


def test_a_topic_that_cannot_be_told_of_the_next_channel_is_told_later_and_one_message_goes_out(world: World) -> None:
    person, cloud = world.person("person", cost="16.00", email="nobody at all"), world.cloud
    function, queue = cloud.deployment.email_function_name, cloud.deployment.email_queue_url
    with cloud.impatient(queue):
        with cloud.configured(function, SUGGESTIONS_TOPIC_ARN=NO_TOPIC):
            failures = cloud.log(function).count("NotifierUnavailable")
            world.publish(world.quote("16.80"))
            eventually(lambda: cloud.log(function).count("NotifierUnavailable") > failures, "the sender has tried")
            assert world.messages(person) == []
        eventually(lambda: world.channels(person) == ["sms"], "the text message is there")
        cloud.settle()

    assert world.channels(person) == ["sms"]
    assert statuses(world, person) == {"email": "invalid_contact", "sms": "sent"}
    assert world.books().open == []
