"""Erasing a person: what stands in for them afterwards, and how far it has come."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.domain.keys import derived_key

if TYPE_CHECKING:
    from datetime import datetime

PSEUDONYM_PREFIX: Final = "erased-"
"""What every pseudonym begins with, and no user id does: a subject begins with a hexadecimal digit."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person who is being erased, or was.

    Attributes:
        pseudonym: what stands in for the person in what the law keeps.
        requested_at: when they asked for it, UTC.
        erased_at: when the last of their data was gone, UTC; None while some may be left.
    """

    pseudonym: str
    requested_at: datetime
    erased_at: datetime | None = None


def pseudonym_of(secret: bytes, user_id: str) -> str:
    """What stands in for a user once they are erased: always the same, and found by nobody without the secret.

    >>> pseudonym_of(b"secret", "ana")
    'erased-53148ceacc5b2acf57f8d2f841'
    """
    digest = hmac.digest(derived_key(secret, "pseudonym"), user_id.encode(), "sha256")
    return PSEUDONYM_PREFIX + digest.hex()[:26]


def is_pseudonym(user_id: str) -> bool:
    """Whether a ledger's user id stands for somebody who was erased."""
    return user_id.startswith(PSEUDONYM_PREFIX)
