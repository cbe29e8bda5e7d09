"""Sign-ins in a dictionary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from divisa.ports import SignIn


class MemorySignIns:
    """`SignIns` of one process."""

    def __init__(self) -> None:
        self._by_user: dict[str, SignIn] = {}

    def put(self, user_id: str, sign_in: SignIn) -> None:
        """Sign somebody up."""
        self._by_user[user_id] = sign_in

    def find(self, user_id: str) -> SignIn | None:
        """What is known of a user; None when they are unknown."""
        return self._by_user.get(user_id)

    def disable(self, user_id: str) -> None:
        """Let a user sign in no more; an unknown user is no error."""
        found = self._by_user.get(user_id)
        if found is not None:
            self._by_user[user_id] = replace(found, enabled=False)

    def delete(self, user_id: str) -> None:
        """Forget a user; an unknown user is no error."""
        self._by_user.pop(user_id, None)
