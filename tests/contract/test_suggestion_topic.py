from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, TypeAlias

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.adapters.wire import suggestion_from_json
from divisa.domain.recipient import Channel
from divisa.ports import Announcement
from tests.builders import a_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import SuggestionTopic
    from tests.ministack import BareMiniStack

Topic: TypeAlias = "tuple[SuggestionTopic, Callable[[Channel], list[Announcement]]]"


@pytest.fixture
def topic(side: str, request: pytest.FixtureRequest) -> Topic:
    """The topic, and what arrives at a channel's subscriber."""
    if side == "memory":
        memory = MemorySuggestionTopic()
        return memory, lambda channel: [each for each in memory.published if each.channel is channel]
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    name = f"contract-{uuid.uuid4().hex[:12]}"
    arn = sns.create_topic(Name=name)["TopicArn"]
    queues: dict[Channel, str] = {}
    for channel in Channel:
        queues[channel] = sqs.create_queue(QueueName=f"{name}-{channel}")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=queues[channel], AttributeNames=["QueueArn"])["Attributes"]
        filtered = {"FilterPolicy": json.dumps({"channel": [channel.value]}), "RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=attributes["QueueArn"], Attributes=filtered)

    def received(channel: Channel) -> list[Announcement]:
        found: list[Announcement] = []
        while True:
            answer = sqs.receive_message(
                QueueUrl=queues[channel], MaxNumberOfMessages=10, MessageAttributeNames=["All"], WaitTimeSeconds=0
            )
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                said = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
                suggestion = suggestion_from_json(message["Body"])
                assert said["side"] == suggestion.side
                assert said["language"] == suggestion.language
                found.append(Announcement(suggestion, Channel(said["channel"])))
                sqs.delete_message(QueueUrl=queues[channel], ReceiptHandle=message["ReceiptHandle"])

    client = clients.topic_sns()
    request.addfinalizer(client.close)
    return SnsSuggestionTopic(client, arn), received


def test_each_channel_gets_its_announcements_and_no_others(topic: Topic) -> None:
    published, received = topic
    suggestions = [a_suggestion(user_id=f"u-{n:02}") for n in range(13)]
    announcements = [Announcement(suggestion, channel) for suggestion in suggestions for channel in Channel]
    published.publish(announcements)
    for channel in Channel:
        arrived = sorted(received(channel), key=lambda each: each.suggestion.user_id)
        expected = sorted(
            (each for each in announcements if each.channel is channel), key=lambda each: each.suggestion.user_id
        )
        assert arrived == expected


def test_publishing_nothing_tells_nobody(topic: Topic) -> None:
    published, received = topic
    published.publish([])
    assert [received(channel) for channel in Channel] == [[]] * len(Channel)
