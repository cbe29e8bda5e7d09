"""The outbox: every suggestion that was let out is announced once for each of its channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.ports import Announcement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.suggestion import Suggestion
    from divisa.ports import SuggestionTopic


@dataclass(frozen=True, slots=True)
class PublishSuggestions:
    """Announces suggestions on the topic; doing it again is harmless, since a delivery is claimed before it is made."""

    topic: SuggestionTopic

    def __call__(self, suggestions: Sequence[Suggestion]) -> int:
        """Announce suggestions to their channels; suppressed ones have none. Returns the number of announcements.

        Raises:
            NotifierUnavailable: the topic did not take them all; announce them again.
        """
        announcements = [Announcement(each, channel) for each in suggestions for channel in each.channels]
        if announcements:
            self.topic.publish(announcements)
        return len(announcements)
