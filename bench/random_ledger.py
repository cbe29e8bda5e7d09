"""Files of the contracts `prices` and `transactions` as large as one likes, made of random numbers in seconds.

Nobody behaves in them: they are for measuring how fast files are read and replayed, not for learning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from divisa.adapters.csv import prices, transactions
from divisa.domain.gate import market_is_open

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

START: Final = datetime(2021, 5, 3, tzinfo=UTC)
YEARS: Final = 3
PAIRS: Final = ("USD/MXN", "USD/BRL")
_HOUR, _PADDING = 3600, 0
_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class RandomLedger:
    """What to make.

    Attributes:
        transactions: how many.
        users: of whom each trades one of the pairs, about equally often.
        seed: of everything.
    """

    transactions: int
    users: int
    seed: int = 1

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write `prices.csv`, hourly quotes, and `transactions.csv`, in order of time; returns where they are."""
        draws = np.random.default_rng(self.seed)
        times = int(START.timestamp()) + _HOUR * np.arange(YEARS * 365 * 24)
        times = times[[market_is_open(datetime.fromtimestamp(at, UTC)) for at in times.tolist()]]
        mids = [17.0 * np.exp(np.cumsum(draws.normal(0.0, 0.0012, len(times)))) for _ in PAIRS]
        quotes, ledger = folder / "prices.csv", folder / "transactions.csv"
        with quotes.open("wb") as file:
            file.write(",".join(prices.HEADER).encode() + b"\n")
            for pair, mid in zip(PAIRS, mids, strict=True):
                names = np.full(len(times), pair)
                file.write(_lines(names, _stamps(times), _decimals(mid - 0.01, 4), _decimals(mid + 0.01, 4)))
        with ledger.open("wb") as file:
            file.write(",".join(transactions.HEADER).encode() + b"\n")
            at = np.sort(draws.integers(times[24 * 30], times[-1], self.transactions))
            for first in range(0, self.transactions, _ROWS):
                file.write(self._some(draws, at[first : first + _ROWS], times, np.array(mids)))
        return quotes, ledger

    def _some(self, draws: np.random.Generator, at: NDArray[Any], times: NDArray[Any], mids: NDArray[Any]) -> bytes:
        user = draws.integers(0, self.users, len(at))
        pair = user % len(PAIRS)
        price = mids[pair, np.searchsorted(times, at, side="right") - 1]
        return _lines(
            np.char.add("user-", np.char.zfill(user.astype("U8"), 8)),
            _stamps(at),
            np.array(PAIRS)[pair],
            np.array(["BUY", "SELL"])[draws.integers(0, 2, len(at))],
            _decimals(draws.lognormal(4.8, 0.6, len(at)), 2),
            _decimals(price, 4),
        )


def _stamps(at: NDArray[Any]) -> NDArray[Any]:
    return np.char.add(np.datetime_as_string(at.astype("datetime64[s]")), "Z")


def _decimals(values: NDArray[Any], places: int) -> NDArray[Any]:
    scaled = np.round(values * 10**places).astype(np.int64)
    whole, rest = (scaled // 10**places).astype("U8"), np.char.zfill((scaled % 10**places).astype("U8"), places)
    return np.char.add(np.char.add(whole, "."), rest)


def _lines(*columns: NDArray[Any]) -> bytes:
    """The lines of a CSV file: columns side by side in one table of bytes, and what pads them left out."""
    parts = []
    for number, column in enumerate(columns):
        raw = column.astype("S")
        parts.append(raw.view(np.uint8).reshape(len(raw), -1))
        parts.append(np.full((len(raw), 1), ord("\n" if number == len(columns) - 1 else ","), dtype=np.uint8))
    table = np.concatenate(parts, axis=1)
    return bytes(table[table != _PADDING])
