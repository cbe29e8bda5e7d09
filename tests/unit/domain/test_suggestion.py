from __future__ import annotations

from datetime import timedelta

import pytest

from divisa.domain.suggestion import Suggestion, SuggestionResponse, SuggestionStatus, Suppression
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
