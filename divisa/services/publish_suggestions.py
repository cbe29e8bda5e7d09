"""The outbox: every suggestion that was let out is announced to the first of its channels."""

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
        """Announce suggestions to their first channels; held and suppressed ones have none. Returns how many were.

        The next channels hear of a suggestion from the one before them (see `Deliver`). What its owner has opened or
        answered has reached them already: the table's stream brings it here once more because it was written down.

        Raises:
            NotifierUnavailable: the topic did not take them all; announce them again.
        """
        news = [each for each in suggestions if each.opened_at is None and each.response is None]
        announcements = [Announcement(each, channel) for each in news for channel in each.channels[:1]]
        if announcements:
            self.topic.publish(announcements)
        return len(announcements)
