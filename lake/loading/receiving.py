"""What landed becomes a load: its bytes are kept as they came, once, whoever hands them in and how often."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.domain.errors import InvalidFile, NotFound
from divisa.domain.feed import LANDING
from lake.ingestion import forms
from lake.loading.load import UNKNOWN, Load

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from lake.ingestion.forms import Form
    from lake.storage.objects import Objects, Stored

RECEIPTS: Final = "receipts/"
DOORS: Final = (LANDING, "decisions/")
"""Where objects land: whatever is handed in, and the log of decisions."""


class Receipt(msgspec.Struct, frozen=True):
    """What is written down of an object that was received.

    Attributes:
        landed: its key.
        sha256: of its content, hexadecimal.
    """

    landed: str
    sha256: str


def landed(objects: Objects, keys: Iterable[str] | None = None) -> Iterator[Stored]:
    """What landed and was not received yet, by key; what was replaced since then has landed anew.

    Args:
        objects: the lake.
        keys: the objects to look at; None for all.
    """
    if keys is not None:
        for key in sorted(set(keys)):
            each = objects.find(key) if key.startswith(DOORS) and not key.endswith("/") else None
            if each is not None and objects.find(RECEIPTS + receipt(each)) is None:
                yield each
        return
    received = {each.key for each in objects.listed(RECEIPTS)}
    for each in (each for door in DOORS for each in objects.listed(door)):
        if not each.key.endswith("/") and RECEIPTS + receipt(each) not in received:
            yield each


def receive(objects: Objects, what: Stored, datasets: Collection[str], scratch: Path) -> Load:
    """Keep the bytes of what landed.

    Args:
        objects: the lake.
        what: an object that landed.
        datasets: those that there are; a file of another one is kept as one of `UNKNOWN`.
        scratch: a folder of this call alone.

    Returns:
        The load of these bytes in this form, which may have been received before: then as it was then.

    Raises:
        NotFound: it is not there any more.
    """
    local = scratch / "landed"
    objects.fetch(what.key, local)
    with local.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    dataset = dataset_of(what.key, datasets)
    form = None if dataset == UNKNOWN else _form_of(what.key)
    came = Load(dataset, sha256, what.modified, what.key, local.stat().st_size, form)
    load = _kept(objects, local, came)
    objects.put(RECEIPTS + receipt(what), msgspec.json.encode(Receipt(what.key, sha256)))
    return load


def receipt_of(objects: Objects, key: str) -> Receipt | None:
    """The receipt of what landed, if it was received as it is now."""
    what = objects.find(key)
    try:
        return None if what is None else msgspec.json.decode(objects.read(RECEIPTS + receipt(what)), type=Receipt)
    except NotFound:
        return None


def give_receipt(objects: Objects, key: str, given: Receipt) -> None:
    """Take what landed, as it is now, for received: it was rewritten since, and is no new file."""
    what = objects.find(key)
    if what is not None:
        objects.put(RECEIPTS + receipt(what), msgspec.json.encode(given))


def dataset_of(key: str, datasets: Collection[str]) -> str:
    """The dataset that an object which landed is of.

    >>> dataset_of("landing/fx_prices/monday.csv", {"fx_prices"})
    'fx_prices'
    >>> dataset_of("landing/secrets/../fx_prices/monday.csv", {"fx_prices"})
    'unknown'
    """
    try:
        dataset = forms.dataset_of(key)
    except InvalidFile:
        return UNKNOWN
    return dataset if dataset in datasets else UNKNOWN


def _form_of(key: str) -> Form | None:
    try:
        return forms.form_of(key)
    except InvalidFile:
        return None


def _kept(objects: Objects, file: Path, came: Load) -> Load:
    """The load that a file is. Its bytes are there before anybody can know of it."""
    if objects.find(came.manifest) is None:
        objects.put_file(came.bronze, file)
        if objects.put_new(came.manifest, msgspec.json.encode(came)):
            return came
    first = msgspec.json.decode(objects.read(came.manifest), type=Load)
    if objects.find(first.bronze) is None:
        objects.put_file(first.bronze, file)
    return first


def receipt(what: Stored) -> str:
    """What tells an object that landed from one that lands later under the same key."""
    # A key may be as long as a key can be, so it is not part of another one.
    return hashlib.sha256(f"{what.key} {what.tag}".encode()).hexdigest()
