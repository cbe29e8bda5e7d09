"""Names, languages and contacts of the simulated users. None can exist: no Mexican area code begins with 000."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.draws import Draws, Ints

NO_PHONE, BAD_PHONE, NO_CONSENT, ENGLISH = 0.03, 0.01, 0.05, 0.15
"""Shares of users: without phone number, with one that lacks its plus sign, without consent, reading English."""


@dataclass(frozen=True, slots=True)
class Person:
    """The public side of a simulated user."""

    user_id: str
    language: str
    phone: str
    email: str
    consent: bool


def user_id(index: int) -> str:
    """The name of the user with this number.

    >>> user_id(7)
    'sim-000007'
    """
    return f"sim-{index:06d}"


def people(index: Ints, draws: Draws) -> Iterator[Person]:
    """The people with these numbers."""
    columns = (draws.uniform(f"person/{what}", index) for what in ("language", "phone", "consent"))
    for number, language, phone, consent in zip(np.asarray(index).tolist(), *columns, strict=True):
        yield Person(
            user_id=user_id(number),
            language="en" if language < ENGLISH else "es",
            phone=_phone(number, phone),
            email=f"{user_id(number)}@example.com",
            consent=bool(consent >= NO_CONSENT),
        )


def _phone(number: int, u: float) -> str:
    if u < NO_PHONE:
        return ""
    return f"52000{number:07d}" if u < NO_PHONE + BAD_PHONE else f"+52000{number:07d}"
