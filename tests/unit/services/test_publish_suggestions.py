from __future__ import annotations

from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Suppression
from divisa.ports import Announcement
from divisa.services.publish_suggestions import PublishSuggestions
from tests.builders import a_suggestion


def test_a_suggestion_is_announced_once_for_each_of_its_channels() -> None:
    topic = MemorySuggestionTopic()
    both, by_mail = a_suggestion(), a_suggestion(suggestion_id="other", channels=(Channel.EMAIL,))
    assert PublishSuggestions(topic)([both, by_mail]) == 3
    assert topic.published == [
        Announcement(both, Channel.SMS),
        Announcement(both, Channel.EMAIL),
        Announcement(by_mail, Channel.EMAIL),
    ]


def test_what_was_suppressed_is_announced_nowhere() -> None:
    topic = MemorySuggestionTopic()
    suppressed = a_suggestion(channels=(), suppressed=Suppression.COOLDOWN)
    assert PublishSuggestions(topic)([suppressed]) == 0
    assert topic.published == []
