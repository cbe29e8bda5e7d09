"""Phone numbers and addresses are for the message channels; no log holds one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from divisa.adapters.wire import erasure_request_to_json
from divisa.domain.recipient import Channel
from divisa.domain.transaction import Side
from local import accounts, parts
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def everybody(world: World, group: str, *, cost: str) -> list[Recipient]:
    """People of every kind."""
    return [
        world.person(f"{group}-well", cost=cost),
        world.person(f"{group}-invalid-phone", cost=cost, phone="55 8765 4321", consent=frozenset({Channel.SMS})),
        world.person(f"{group}-invalid-email", cost=cost, email="nobody at all"),
        world.person(f"{group}-refused", cost=cost, email=".refused.@example..com"),
        world.person(f"{group}-suppressed", cost=cost, consent=frozenset()),
        world.person(f"{group}-by-sms", cost=cost, consent=frozenset({Channel.SMS})),
        world.person(f"{group}-by-push", cost=cost, consent=frozenset(Channel)),
    ]


def use_the_rest(world: World, person: Recipient) -> None:
    """What is no price: somebody trades, answers, complains; apps and strangers call; that somebody is erased."""
    cloud = world.cloud
    text = {"originationNumber": person.phone, "destinationNumber": "+12065550101", "messageBody": "BAJA"}
    complaint = {
        "eventType": "Complaint",
        "mail": {"messageId": "m-1", "destination": [person.email]},
        "complaint": {"complainedRecipients": [{"emailAddress": person.email}]},
    }
    deployment = cloud.deployment
    for topic, event in ((deployment.inbound_sms_topic_arn, text), (deployment.email_feedback_topic_arn, complaint)):
        cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(event))
    eventually(lambda: not world.stores.recipients.load(person.user_id).consent, "the person is told nothing any more")
    world.trade(person.user_id, Side.BUY, "10.00", "16.751")
    cloud.settle()
    url = accounts.api_url(cloud.running)
    assert httpx.get(f"{url}/v1/health", timeout=30.0).status_code == 200
    assert httpx.post(f"{url}/v1/prices", json={"quotes": [{}]}, timeout=30.0).status_code == 401
    body, function = erasure_request_to_json(person.user_id).decode(), deployment.erasure_function_name
    erased = world.counted(function)["PeopleErased"]
    cloud.client("sqs").send_message(QueueUrl=deployment.erasure_queue_url, MessageBody=body)
    eventually(lambda: world.counted(function)["PeopleErased"] == erased + 1, "the person is erased")


def test_no_log_of_a_function_or_of_a_stream_mapping_holds_a_phone_number_or_an_address(world: World) -> None:
    cloud = world.cloud
    people = [*everybody(world, "first", cost="16.00"), *everybody(world, "second", cost="16.20")]
    world.publish(world.quote("16.60"))
    cloud.settle()
    with cloud.configured(cloud.deployment.quotes_function_name, DECIDED_AT_ONCE="1"):  # so that the backlog runs too
        world.publish(world.quote("16.75"))
        cloud.settle()

    contacts = {contact for each in people for contact in (each.phone, each.email) if contact}
    assert len(contacts) == 25  # three are the same for both groups
    assert len(world.suggestions()) == 14
    use_the_rest(world, people[0])
    cloud.run(cloud.deployment.outcomes_function_name)  # its own turn comes once a minute
    cloud.run(cloud.deployment.lake_function_name, run="privacy", request={})

    functions = cloud.deployment.function_names
    eventually(
        lambda: all("REPORT RequestId" in cloud.log(function) for function in functions), "every function has run"
    )
    for log in map(cloud.log, functions):
        assert [contact for contact in contacts if contact in log or contact.lstrip("+") in log] == []
    carried = (cloud.home / "logs" / f"{parts.MAPPINGS}.log").read_text(encoding="utf-8")
    assert not any(contact in carried for contact in contacts)
