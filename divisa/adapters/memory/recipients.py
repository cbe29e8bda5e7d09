"""Recipients in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from divisa.domain.recipient import Recipient


class MemoryRecipients:
    """`Recipients` of one process."""

    def __init__(self) -> None:
        self._by_user: dict[str, Recipient] = {}

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Recipients by user; unknown users are absent."""
        return {user_id: self._by_user[user_id] for user_id in user_ids if user_id in self._by_user}

    def put_many(self, recipients: Iterable[Recipient]) -> None:
        """Write recipients, whatever was there."""
        self._by_user.update((recipient.user_id, recipient) for recipient in recipients)
