"""Rows that are too old to be kept: until when they are gone is written down before they go, and never taken back.

A row that happened before then is neither merged nor kept among the late, whenever it comes, and accounts know it by
when it happened.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.domain.errors import NotFound

if TYPE_CHECKING:
    from lake.contract.contract import Contract
    from lake.storage.objects import Objects

_EXPIRED: Final = "expired/"


class _Expired(msgspec.Struct, frozen=True):
    before: datetime  # UTC


def expired_before(objects: Objects, contract: Contract) -> date | datetime | None:
    """When the oldest rows happened that are still kept, as the event time has it; None if all are kept."""
    said = _read(objects, contract)
    return None if said is None else _as_event_time(contract, said)


def expire(objects: Objects, contract: Contract, now: datetime) -> date | datetime | None:
    """Write down that rows are gone which are older, at a moment in UTC, than the contract keeps them.

    What was gone once stays so, also if the contract keeps rows for longer by now. Only one at a time may do this.

    Returns:
        When the oldest rows happened that are still kept; None if all are kept.
    """
    if contract.keep is not None and contract.event_time is not None:
        before = (now - contract.keep).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        said = _read(objects, contract)
        if said is None or said < before:
            objects.put(_key(contract), msgspec.json.encode(_Expired(before)))
    return expired_before(objects, contract)


def _read(objects: Objects, contract: Contract) -> datetime | None:
    try:
        return msgspec.json.decode(objects.read(_key(contract)), type=_Expired).before
    except NotFound:
        return None


def _as_event_time(contract: Contract, moment: datetime) -> date | datetime:
    is_date = contract.columns[contract.event_time or ""].type.name == "date"
    return moment.date() if is_date else moment.replace(tzinfo=None)


def _key(contract: Contract) -> str:
    return f"{_EXPIRED}{contract.dataset}.json"
