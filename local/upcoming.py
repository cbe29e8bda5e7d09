"""The prices that come next: from anyone's file, or the central bank's after the end of the simulation."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from divisa.adapters.csv.prices import read_quotes
from divisa.domain.errors import InvalidFile, LaptopCloudError
from simulator.files import write_prices
from simulator.prices import SOURCE, price_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from local.stores import Stores


def newest_quotes(stores: Stores) -> dict[Pair, datetime]:
    """By pair, the event time of the newest quote that the cloud has believed.

    Raises:
        LaptopCloudError: it has believed none: it was never seeded.
    """
    gates = {pair: stores.markets.load(pair).gate.last_event_time for pair in stores.pairs}
    newest = {pair: at for pair, at in gates.items() if at is not None}
    if not newest:
        raise LaptopCloudError("replay", "this cloud knows no prices yet; run `divisa seed` first")
    return newest


def from_file(
    path: Path,
    newest: Mapping[Pair, datetime],
    days: int,
    *,
    on_reject: OnReject = lambda problem: None,
) -> list[Quote]:
    """Quotes of a file of the contract `prices` after what the cloud knows, for so many days, in order of time.

    Args:
        path: the file.
        newest: by pair, what the cloud knows; quotes of other pairs are left out.
        days: at most so many after that.
        on_reject: told each row of the file that is no quote.

    Raises:
        InvalidFile: the file as a whole is not of this contract, or has nothing newer.
    """
    quotes = [
        quote
        for quote in read_quotes(path, source=_source(path), on_reject=on_reject)
        if quote.pair in newest and newest[quote.pair] < quote.event_time <= newest[quote.pair] + timedelta(days=days)
    ]
    if not quotes:
        raise InvalidFile(f"{path} has no price within {days} days after what the cloud knows")
    return sorted(quotes, key=lambda quote: quote.event_time)


def simulated(folder: Path, newest: Mapping[Pair, datetime], days: int) -> list[Quote]:
    """Quotes after what the cloud knows, made as the simulation in a folder made its own, in order of time.

    The daily fixings are real, the path between them is made (see `simulator.prices`).

    Raises:
        InvalidFile: there is no simulation in the folder.
        InvalidSetting: the central bank's rates end before.
    """
    parameters = folder / "simulation.json"
    try:
        settings = json.loads(parameters.read_text(encoding="utf-8"))["settings"]
        step_minutes, seed = int(settings["step_minutes"]), int(settings["seed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidFile(f"{parameters} cannot be read; `divisa train` makes it, or name a file of prices") from error
    paths = [
        price_path(str(pair), at.date(), at.date() + timedelta(days=days + 2), step_minutes=step_minutes, seed=seed)
        for pair, at in sorted(newest.items())
    ]
    file = folder / f"{SOURCE}.csv"
    write_prices(file, paths)
    return from_file(file, newest, days)


def _source(path: Path) -> str:
    """What quotes of a file carry as their source: its name, in the letters that a source may have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).lstrip("._-")[:32] or "file"
