"""Show a person's preferences, and change them, as long as nobody else has meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.errors import ConcurrentUpdate, InvalidFields

if TYPE_CHECKING:
    from divisa.domain.pair import Pair
    from divisa.domain.preferences import Preferences
    from divisa.domain.recipient import Recipient
    from divisa.ports import Recipients


@dataclass(frozen=True, slots=True)
class KeepPreferences:
    """Reads and writes preferences; phone number and address are not among them.

    Attributes:
        pairs: those that are served.
    """

    recipients: Recipients
    pairs: frozenset[Pair]

    def read(self, user_id: str) -> Recipient:
        """A user with their preferences and their version; the usual ones of version 0 when they never set any."""
        return self.recipients.load(user_id)

    def write(self, user_id: str, preferences: Preferences, version: int) -> Recipient:
        """Replace a user's preferences of this version; returns the user as stored, of the next one.

        Raises:
            InvalidFields: some are wrong; nothing is written.
            ConcurrentUpdate: the present version is another one; nothing is written.
        """
        problems = tuple(preferences.problems(self.pairs))
        if problems:
            raise InvalidFields(problems)
        recipient = self.recipients.load(user_id)
        if recipient.version != version:
            raise ConcurrentUpdate("the preferences have been changed meanwhile")
        return self.recipients.save_preferences(recipient.with_preferences(preferences))
