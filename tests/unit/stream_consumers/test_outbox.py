from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.adapters.wire import suggestion_to_fields
from divisa.domain.errors import InvalidSetting, NotifierUnavailable
from divisa.domain.recipient import Channel
from divisa.services.publish_suggestions import PublishSuggestions
from stream_consumers import outbox
from tests.builders import EMAIL, PHONE, a_suggestion
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Announcement
    from tests.unit.stream_consumers.conftest import Output

ANA, EVA = (a_suggestion(suggestion_id=f"s-{user}", user_id=user) for user in ("ana", "eva"))


class MoodyTopic(MemorySuggestionTopic):
    """A topic that refuses the announcements of some suggestions."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: set[str] = set()

    def publish(self, announcements: Sequence[Announcement]) -> None:
        if any(each.suggestion.suggestion_id in self.refuses for each in announcements):
            raise NotifierUnavailable("the topic did not answer")
        super().publish(announcements)


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> MoodyTopic:
    """The topic of the use case that stands in place of the one that settings would wire."""
    made = MoodyTopic()
    monkeypatch.setattr(outbox, "_publish", lambda: PublishSuggestions(made))
    return made


def typed(value: Any) -> dict[str, Any]:
    """A value as DynamoDB shows it."""
    if isinstance(value, dict):
        return {"M": {name: typed(each) for name, each in value.items()}}
    if isinstance(value, list):
        return {"L": [typed(each) for each in value]}
    return {"S": value} if isinstance(value, str) else {"N": repr(value)}


def an_event(*images: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventID": str(number),
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {"SequenceNumber": f"{number}00", "NewImage": image},
            }
            for number, image in enumerate(images, start=1)
        ]
    }


def image_of(suggestion: Suggestion) -> Mapping[str, Any]:
    found: Mapping[str, Any] = typed(suggestion_to_fields(suggestion))["M"]
    return found


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_each_insert_is_announced_to_its_first_channel_in_order(
    topic: MoodyTopic, context: LambdaContext, output: Output
) -> None:
    response = outbox.handler(an_event(image_of(ANA), image_of(EVA)), context)

    assert failed(response) == []
    assert [(each.suggestion, each.channel) for each in topic.published] == [
        (ANA, Channel.EMAIL),
        (EVA, Channel.EMAIL),
    ]
    assert output.counted() == {"SuggestionsAnnounced": 2}


@SILENT
def test_a_batch_that_the_topic_does_not_take_whole_fails_so_that_it_comes_again(
    topic: MoodyTopic, context: LambdaContext, output: Output
) -> None:
    topic.refuses = {EVA.suggestion_id}
    with pytest.raises(NotifierUnavailable):
        outbox.handler(an_event(image_of(ANA), image_of(EVA)), context)


def test_an_item_that_is_no_suggestion_holds_nobody_up_and_is_logged_by_its_place(
    topic: MoodyTopic, context: LambdaContext, output: Output
) -> None:
    broken = {name: value for name, value in image_of(ANA).items() if name != "side"}
    response = outbox.handler(an_event(broken, image_of(EVA)), context)

    assert failed(response) == []
    assert [each.suggestion for each in topic.published] == [EVA]
    [error] = [line for line in output.lines() if line["level"] == "ERROR"]
    assert error["problem"].startswith("the item is not a suggestion")
    assert error["sequence_number"] == "100"
    assert output.counted() == {"SuggestionsAnnounced": 1, "SuggestionsUnreadable": 1}


def test_when_no_item_is_a_suggestion_nothing_is_announced(
    topic: MoodyTopic, context: LambdaContext, output: Output
) -> None:
    assert failed(outbox.handler(an_event({}, {"side": {"S": "BUY"}}), context)) == []
    assert topic.published == []
    assert output.counted() == {"SuggestionsUnreadable": 2}


def test_amounts_and_users_stay_out_of_the_log(topic: MoodyTopic, context: LambdaContext, output: Output) -> None:
    odd = {**image_of(ANA), "amount_minor": {"N": "98765.5"}, "channels": {"S": PHONE}}
    outbox.handler(an_event(odd, image_of(EVA)), context)

    written = output.text()
    assert not [secret for secret in (PHONE, EMAIL, "98765", '"eva"') if secret in written]


@SILENT
def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    outbox._publish.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        outbox.handler(an_event(image_of(ANA)), context)
