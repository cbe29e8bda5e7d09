"""Write down when a person first opened a suggestion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.ports import Clock, Suggestions


@dataclass(frozen=True, slots=True)
class OpenSuggestion:
    """Keeps the first time, whichever message led to it; opening again changes nothing."""

    suggestions: Suggestions
    clock: Clock

    def __call__(self, user_id: str, suggestion_id: str) -> datetime:
        """Open a user's suggestion; returns when they first did, UTC.

        Raises:
            NotFound: the user has no suggestion of this id, or it is not for them.
        """
        found = self.suggestions.find(user_id, suggestion_id)
        if found is not None and found.is_for_its_user and found.opened_at is None:
            self.suggestions.open(user_id, suggestion_id, self.clock.now())
            # Read again, since another message may have led to it first.
            found = self.suggestions.find(user_id, suggestion_id)
        if found is None or found.opened_at is None or not found.is_for_its_user:
            raise NotFound("the user has no such suggestion")
        return found.opened_at
