"""The rows of people in the stores of one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


class PersonalStore(Protocol):
    """A store whose rows belong to people."""

    def erase(self, user_id: str) -> int:
        """Delete what there is of a user; returns how many rows that were."""


class MemoryPersonalRows:
    """`PersonalRows` of one process."""

    def __init__(self, stores: Iterable[PersonalStore]) -> None:
        self._stores = tuple(stores)

    def erase(self, user_id: str) -> int:
        """Delete what there is under a user id; returns how many rows there were."""
        return sum(store.erase(user_id) for store in self._stores)
