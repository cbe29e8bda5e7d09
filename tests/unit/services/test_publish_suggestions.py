from __future__ import annotations

from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import SuggestionResponse, Suppression
from divisa.ports import Announcement
from divisa.services.publish_suggestions import PublishSuggestions
from tests.builders import WEDNESDAY, a_suggestion


def test_a_suggestion_is_announced_to_the_first_of_its_channels_only() -> None:
    topic = MemorySuggestionTopic()
    both, by_sms = a_suggestion(), a_suggestion(suggestion_id="other", channels=(Channel.SMS,))
    assert PublishSuggestions(topic)([both, by_sms]) == 2
    assert topic.published == [Announcement(both, Channel.EMAIL), Announcement(by_sms, Channel.SMS)]


def test_what_was_suppressed_is_announced_nowhere() -> None:
    topic = MemorySuggestionTopic()
    suppressed = a_suggestion(channels=(), suppressed=Suppression.COOLDOWN)
    assert PublishSuggestions(topic)([suppressed]) == 0
    assert topic.published == []


def test_what_waits_for_the_end_of_quiet_hours_is_announced_when_it_is_let_out() -> None:
    topic = MemorySuggestionTopic()
    assert PublishSuggestions(topic)([a_suggestion(channels=(), held_until=WEDNESDAY)]) == 0
    assert PublishSuggestions(topic)([a_suggestion()]) == 1


def test_what_its_owner_does_with_a_suggestion_does_not_announce_it_once_more() -> None:
    topic = MemorySuggestionTopic()
    answered = a_suggestion(response=SuggestionResponse.ACCEPTED, responded_at=WEDNESDAY)
    assert PublishSuggestions(topic)([answered, a_suggestion(opened_at=WEDNESDAY)]) == 0
    assert topic.published == []
