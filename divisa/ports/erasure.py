"""Erasing a person: the request, the tombstone, the rows, the sign-in, and the word to the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from divisa.domain.erasure import Erasure


class Erasures(Protocol):
    """The tombstones: who is being erased, or was, each under the pseudonym that stands in for them."""

    def begin(self, pseudonym: str, at: datetime) -> Erasure:
        """Set a tombstone; returns the one that stands there now, which may be an earlier one."""

    def find(self, pseudonym: str) -> Erasure | None:
        """The tombstone as of now; None when there is none."""

    def finish(self, pseudonym: str, at: datetime) -> None:
        """Write down that nothing of the person is left; of several times the first counts.

        Raises:
            ConcurrentUpdate: there is no tombstone.
        """


class ErasureQueue(Protocol):
    """The queue of people who are to be erased."""

    def put(self, user_id: str) -> None:
        """Ask for a person's erasure, soon, but later than what they have asked for already. Asking twice is harmless.

        Raises:
            StoreUnavailable: the queue did not take it.
        """


class PersonalRows(Protocol):
    """Every table whose partitions are people: what is kept under a user id alone. The ledger is none of them."""

    def erase(self, user_id: str) -> int:
        """Delete what there is under a user id; returns how many rows there were. Done again, it finds none.

        Raises:
            StoreUnavailable: a table did not answer; some rows may be gone. Erasing again is safe.
        """


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the sign-in service knows of a user.

    Attributes:
        enabled: whether the user may sign in.
        created_at: when the user signed up, UTC.
        attributes: what it keeps of the user by name, for example `email`.
    """

    enabled: bool
    created_at: datetime
    attributes: Mapping[str, str]

    def __repr__(self) -> str:
        """Without the attributes, which must not reach a log."""
        return f"SignIn(enabled={self.enabled})"


class SignIns(Protocol):
    """The sign-in service. Every method raises StoreUnavailable when it does not answer."""

    def find(self, user_id: str) -> SignIn | None:
        """What it knows of a user; None when it does not know them."""

    def disable(self, user_id: str) -> None:
        """Let a user sign in no more, and end their sessions; an unknown user is no error."""

    def delete(self, user_id: str) -> None:
        """Forget a user; an unknown user is no error."""


class ErasureMarkers(Protocol):
    """Where the lake is told whom to erase."""

    def put(self, pseudonym: str, at: datetime) -> None:
        """Leave a marker: whose pseudonym this is, was erased at this moment, UTC. Of several the first counts.

        Raises:
            StoreUnavailable: it was not kept.
        """
