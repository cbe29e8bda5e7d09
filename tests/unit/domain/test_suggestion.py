from __future__ import annotations

from datetime import timedelta

import pytest

from divisa.domain.suggestion import DeliveryStatus, Suggestion, SuggestionResponse, SuggestionStatus, Suppression
from tests.builders import WEDNESDAY, a_suggestion

LATER = WEDNESDAY + timedelta(hours=8)


@pytest.mark.parametrize(
    ("suggestion", "status"),
    [
        (a_suggestion(), SuggestionStatus.OPEN),
        (a_suggestion(held_until=LATER), SuggestionStatus.HELD),
        (a_suggestion(held_until=LATER, expires_at=WEDNESDAY), SuggestionStatus.HELD),
        (a_suggestion(held_until=LATER, suppressed=Suppression.MERGED), SuggestionStatus.SUPPRESSED),
        (a_suggestion(held_until=LATER, response=SuggestionResponse.ACCEPTED), SuggestionStatus.ANSWERED),
        (a_suggestion(expires_at=WEDNESDAY), SuggestionStatus.EXPIRED),
    ],
)
def test_what_is_held_stays_so_until_it_is_dropped_or_answered(
    suggestion: Suggestion, status: SuggestionStatus
) -> None:
    assert suggestion.status(WEDNESDAY + timedelta(minutes=1)) is status
    assert suggestion.is_held is (status is SuggestionStatus.HELD)


def test_nothing_follows_on_itself_or_on_what_follows_it() -> None:
    for status in DeliveryStatus:
        assert status not in status.follows
        assert not [each for each in status.follows if status in each.follows]
        assert all(before.is_settled for before in status.follows)


def test_a_bounced_message_was_sent_and_not_shown() -> None:
    shown = {DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.COMPLAINED}
    assert {status for status in DeliveryStatus if status.was_shown} == shown
    assert {status for status in DeliveryStatus if status.was_sent} == shown | {DeliveryStatus.BOUNCED}
    assert not any(status.passes_on for status in DeliveryStatus if status.was_sent)
