"""Write down what a person says to a suggestion, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.errors import NotFound, Refused
from divisa.domain.suggestion import ANSWERABLE

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.suggestion import Suggestion, SuggestionResponse
    from divisa.ports import Clock, Suggestions


@dataclass(frozen=True, slots=True)
class AnswerSuggestion:
    """Takes the first answer to a suggestion, and no other one after it."""

    suggestions: Suggestions
    clock: Clock

    def __call__(self, user_id: str, suggestion_id: str, response: SuggestionResponse) -> datetime:
        """Answer a user's suggestion; returns when that was, UTC. The same answer again changes nothing.

        Raises:
            NotFound: the user has no suggestion of this id, or it is not for them.
            Refused: `answered`, the user said something else before; `too_late`, they said nothing for ANSWERABLE.
        """
        found, now = self._find(user_id, suggestion_id), self.clock.now()
        if found.response is None:
            if now - found.created_at > ANSWERABLE:
                raise Refused("too_late", f"a suggestion takes an answer for {ANSWERABLE.days} days")
            self.suggestions.answer(user_id, suggestion_id, response, now)
        # Read again, since another answer may have come first.
        suggestion = self._find(user_id, suggestion_id)
        if suggestion.response is not response or suggestion.responded_at is None:
            raise Refused("answered", "another answer was given before")
        return suggestion.responded_at

    def _find(self, user_id: str, suggestion_id: str) -> Suggestion:
        found = self.suggestions.find(user_id, suggestion_id)
        if found is None or not found.is_for_its_user:
            raise NotFound("the user has no such suggestion")
        return found
