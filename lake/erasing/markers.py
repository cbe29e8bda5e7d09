"""Markers: whom the lake is told to erase, each by the pseudonym that stands in for them."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from datetime import datetime
from typing import Final

import msgspec

from lake.erasing.people import USER, pseudonym
from lake.storage.objects import Objects

MARKERS: Final = "erasures/"


class Marker(msgspec.Struct, frozen=True):
    """What the lake is told about a person.

    Attributes:
        pseudonym: what stands in for them.
        erased_at: when they were erased elsewhere, or that was asked for, UTC.
        subject: whose id it stands in for, as contracts call it.
    """

    pseudonym: str
    erased_at: datetime
    subject: str = USER

    @property
    def key(self) -> str:
        """Where the marker lies."""
        return f"{MARKERS}{self.pseudonym}.json"


def ask(objects: Objects, secret: bytes, subject: str, value: str, at: datetime) -> Marker:
    """Ask for somebody's erasure who is no user of the API; to ask again changes nothing.

    Args:
        objects: the lake.
        secret: the stage's key.
        subject: whose id it is, as contracts call it, such as `energy_customer`.
        value: the id.
        at: now, UTC.
    """
    marker = Marker(pseudonym(secret, subject, value), at, subject)
    objects.put_new(marker.key, msgspec.json.encode(marker))
    return marker


def markers(objects: Objects) -> list[Marker]:
    """Everybody who was ever to be erased, by pseudonym."""
    return [msgspec.json.decode(objects.read(each.key), type=Marker) for each in objects.listed(MARKERS)]
