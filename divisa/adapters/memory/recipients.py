"""Recipients in a dictionary."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.recipient import Recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class MemoryRecipients:
    """`Recipients` of one process; safe to share between threads."""

    def __init__(self) -> None:
        self._by_user: dict[str, Recipient] = {}
        self._lock = Lock()

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Recipients by user; unknown users are absent."""
        return {user_id: self._by_user[user_id] for user_id in user_ids if user_id in self._by_user}

    def put_many(self, recipients: Iterable[Recipient]) -> None:
        """Write recipients, whatever was there; an empty contact is none."""
        for each in recipients:
            self._by_user[each.user_id] = replace(each, phone=each.phone or None, email=each.email or None)

    def load(self, user_id: str) -> Recipient:
        """A user as of now; one of version 0, who agreed to nothing, when nothing is stored."""
        return self._by_user.get(user_id) or Recipient(user_id)

    def save_preferences(self, recipient: Recipient) -> Recipient:
        """Write the preferences of a user who was loaded at `recipient.version`, and nothing else of them.

        Raises:
            ConcurrentUpdate: the stored version is another one; nothing is written.
        """
        with self._lock:
            stored = self.load(recipient.user_id)
            if stored.version != recipient.version:
                raise ConcurrentUpdate("the preferences have been changed meanwhile")
            after = replace(stored.with_preferences(recipient.preferences), version=stored.version + 1)
            self._by_user[recipient.user_id] = after
            return after

    def of_phone(self, phone: str) -> Sequence[str]:
        """Users who have this number."""
        return [each.user_id for each in self._by_user.values() if phone and each.phone == phone]

    def of_email(self, address: str) -> Sequence[str]:
        """Users who have this address."""
        return [each.user_id for each in self._by_user.values() if address and each.email == address]

    def mark_unusable(self, user_id: str, address: str) -> bool:
        """Note that a user's address bounced for good; False, and nothing is written, when they have another one."""
        with self._lock:
            stored = self._by_user.get(user_id)
            if stored is None or stored.email != address:
                return False
            self._by_user[user_id] = replace(stored, unusable_email=address)
        return True

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""
        return int(self._by_user.pop(user_id, None) is not None)
