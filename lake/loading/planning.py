"""How a run begins: it finds out what there is to do. Quick, and with few imports: a function does this on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from divisa.domain.errors import InvalidInput
from lake.loading.load import UNKNOWN, ask_again, loads_of, pending, unaccounted
from lake.loading.plan import Plan, plan_key
from lake.loading.receiving import dataset_of, landed, receipt

if TYPE_CHECKING:
    from collections.abc import Collection

    from lake.loading.plan import Backfill, Request
    from lake.storage.objects import Objects

CLAIMS: Final = "claims/"


def plan(objects: Objects, datasets: Collection[str], run: str, request: Request) -> Plan:
    """Find out what a run has to do. One that is begun again keeps to what it found first.

    Args:
        objects: the lake.
        datasets: those that there are.
        run: its name, unlike every other run's.
        request: what is asked of it.

    Raises:
        InvalidInput: the request names a dataset that there is not.
    """
    if request.backfill is not None:
        found = Plan((), (_again(objects, datasets, request.backfill),))
    else:
        new = [
            each for each in landed(objects, request.keys) if not request.fresh or _claim(objects, receipt(each), run)
        ]
        concerned = {dataset_of(each.key, datasets) for each in new}
        if not request.fresh:
            asked = (*datasets, UNKNOWN) if request.keys is None else _datasets_of(request.keys, datasets)
            concerned |= {name for name in asked if pending(objects, name) or unaccounted(objects, name)}
        found = Plan(tuple(each.key for each in new), tuple(sorted(concerned)))
    objects.put_new(plan_key(run), msgspec.json.encode(found))
    return plan_of(objects, run)


def plan_of(objects: Objects, run: str) -> Plan:
    """What a run has to do.

    Raises:
        NotFound: it has no plan.
    """
    return msgspec.json.decode(objects.read(plan_key(run)), type=Plan)


def _datasets_of(keys: Collection[str], datasets: Collection[str]) -> set[str]:
    return {dataset_of(key, datasets) for key in keys}


def _claim(objects: Objects, what: str, run: str) -> bool:
    """Whether it is this run that begins with what landed."""
    key = f"{CLAIMS}{what}"
    return objects.put_new(key, run.encode()) or objects.read(key) == run.encode()


def _again(objects: Objects, datasets: Collection[str], asked: Backfill) -> str:
    if asked.dataset not in datasets:
        raise InvalidInput(f"there is no dataset {asked.dataset}; there are {', '.join(sorted(datasets))}")
    loads = loads_of(objects, asked.dataset)
    ask_again(objects, [load for load in loads if asked.first <= load.received_at.date() <= asked.last])
    return asked.dataset
