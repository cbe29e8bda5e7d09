"""How simulated users may be reached: which channels each takes, and whether they agreed to any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.recipient import Channel, Recipient
from simulator.people import people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.draws import Draws, Ints

PUSHED, EMAILED = 0.35, 0.35
"""Shares of users who take notifications, email and SMS, and who take email and SMS; the others take SMS alone."""


def recipients(index: Ints, draws: Draws) -> Iterator[Recipient]:
    """The recipients with these numbers."""
    first = np.searchsorted([PUSHED, PUSHED + EMAILED], draws.uniform("reader/channels", index))
    for each, number in zip(people(index, draws), first.tolist(), strict=True):
        channels = frozenset(tuple(Channel)[number:])
        yield Recipient(
            each.user_id, consent=channels if each.consent else frozenset(), email=each.email, phone=each.phone
        )
