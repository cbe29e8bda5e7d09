"""What is asked of a run, what it finds to do, and what it did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec

from divisa.domain.errors import InvalidInput


class Backfill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Loads that are merged once more, their late rows as well.

    Attributes:
        dataset: whose loads.
        first, last: days on which they were received, UTC, both included.
    """

    dataset: str
    first: date
    last: date


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a run is asked for.

    By itself it is about all that was not received or not merged yet, whoever was to do it.

    Attributes:
        fresh: whether it is only about what landed and no other such run has begun with.
        keys: the only objects of the landing zone that it is about; None for all.
        backfill: loads to merge once more; None for none. Then nothing that landed is looked at.
    """

    fresh: bool = False
    keys: tuple[str, ...] | None = None
    backfill: Backfill | None = None

    @classmethod
    def parse(cls, text: str) -> Request:
        """Read a request.

        Raises:
            InvalidInput: it is none; says why.

        >>> Request.parse('{"keys": ["landing/fx_prices/monday.csv"]}').keys
        ('landing/fx_prices/monday.csv',)
        """
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise InvalidInput(f"the run's request cannot be read: {error}") from error


RUNS: Final = "runs"


class Plan(msgspec.Struct, frozen=True):
    """What a run found to do at its beginning.

    Attributes:
        keys: objects of the landing zone, in order.
        datasets: those that it brings up to date.
    """

    keys: tuple[str, ...]
    datasets: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True):
    """What a run did.

    Attributes:
        run: its name.
        started_at: when, UTC.
        files: how many landed.
        datasets: those that it brought up to date.
        tables: the gold tables that it made anew, in that order.
        unaccounted: rows of its datasets of which nobody knows what became.
    """

    run: str
    started_at: datetime
    files: int
    datasets: tuple[str, ...]
    tables: tuple[str, ...]
    unaccounted: int


def plan_key(run: str) -> str:
    """Where a run's plan lies."""
    return f"{RUNS}/{run}/plan.json"


def summary_key(run: str) -> str:
    """Where is written what a run did."""
    return f"{RUNS}/{run}/summary.json"
