"""What files are called: who hands in `ana.csv` has named somebody in the landing zone and in all that tells of it.

Only what was received is touched there. What was not yet has its turn when it is a load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from divisa.domain.feed import LANDING
from lake.loading import receiving
from lake.loading.receiving import RECEIPTS, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from lake.erasing.people import People
    from lake.loading.load import Load
    from lake.storage.objects import Objects

RUNS: Final = "runs/"


def unland(objects: Objects, people: People, loads: Collection[str], forget: Callable[[str], int]) -> int:
    """Take away what landed and was received, where its content or its name is somebody's; bronze has the rest of it.

    Args:
        objects: the lake.
        people: who is erased.
        loads: SHA-256 of the loads that had something of theirs.
        forget: deletes old versions.

    Returns:
        How many objects of the landing zone that is.
    """
    gone = 0
    for each in objects.listed(RECEIPTS):
        receipt = msgspec.json.decode(objects.read(each.key), type=Receipt)
        named = people.in_text(receipt.landed, people.subjects)
        if receipt.landed.startswith(LANDING) and (named or receipt.sha256 in loads):
            there = objects.find(receipt.landed)
            # What landed there since under the same name has its turn when it is received.
            if there is not None and each.key == RECEIPTS + receiving.receipt(there):
                objects.remove(receipt.landed)
                gone += 1
            forget(receipt.landed)
            if named:
                objects.remove(each.key)
    return gone


def waiting(objects: Objects, people: People) -> int:
    """How many files are in the landing zone whose name is somebody's, and were not received yet."""
    return sum(bool(people.in_text(each.key, people.subjects)) for each in objects.listed(LANDING))


def rename(objects: Objects, people: People, load: Load, forget: Callable[[str], int]) -> Load:
    """Put pseudonyms in place of the ids in what a load's file was called; the load as it is then."""
    after = msgspec.structs.replace(load, landed=people.renamed(load.landed))
    if after == load:
        return load
    if after.bronze != load.bronze and objects.find(load.bronze) is not None:
        objects.put(after.bronze, objects.read(load.bronze))
        objects.remove(load.bronze)
    forget(load.bronze)
    objects.put(after.manifest, msgspec.json.encode(after))
    return after


def rename_in_runs(objects: Objects, people: People) -> None:
    """Put pseudonyms in place of the ids in the names of files that runs have written down."""
    for each in objects.listed(RUNS):
        before = objects.read(each.key).decode("utf-8")
        after = people.renamed(before)
        if after != before:
            objects.put(each.key, after.encode())
