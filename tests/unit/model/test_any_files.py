"""Files of the contracts as people bring them: few users, many pairs, gaps, other clocks, hardly any trades."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.adapters.csv import prices, transactions
from divisa.domain.errors import InvalidFile
from divisa.domain.pair import MINOR_DIGITS
from model.matrix import Part
from model.split import is_held_out
from model.training_files import TrainingFiles
from model.training_set import build_training_set

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.matrix import TrainingMatrix

START = datetime(2024, 1, 1, tzinfo=UTC)
PAIRS = [f"USD/{currency}" for currency in sorted(MINOR_DIGITS) if currency != "USD"]


def stamp(at: datetime, offset: int = 0) -> str:
    """A moment as a clock shows it that is so many hours ahead of UTC."""
    if not offset:
        return f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{at + timedelta(hours=offset):%Y-%m-%dT%H:%M:%S}{offset:+03d}:00"


def built(folder: Path, quotes: Sequence[str], trades: Sequence[str]) -> TrainingMatrix:
    files = folder / "p.csv", folder / "t.csv"
    for path, header, lines in zip(files, (prices.HEADER, transactions.HEADER), (quotes, trades), strict=True):
        path.write_text("\n".join([",".join(header), *lines]) + "\n", encoding="utf-8")
    return build_training_set(TrainingFiles(*files))


def daily(pair: str, days: int, *, offset: int = 0, gap: range = range(0)) -> list[str]:
    """A quote each weekday at 14:00 UTC, but for a gap."""
    at = (START + timedelta(days=day, hours=14) for day in range(days) if day not in gap)
    open_days = (moment for moment in at if moment.weekday() < 5)
    return [f"{pair},{stamp(each, offset)},{17 + n % 7 / 100:.2f},17.20" for n, each in enumerate(open_days)]


def trading(user: str, pair: str, days: int, *, every: int = 2, offset: int = 0, first: int = 1) -> list[str]:
    """Now a buy, now a sell, every so many days at 15:00 UTC."""
    moments = [START + timedelta(days=day, hours=15) for day in range(first, days, every)]
    return [f"{user},{stamp(at, offset)},{pair},{('BUY', 'SELL')[n % 2]},10,17.10" for n, at in enumerate(moments)]


LATE, EARLY = (next(f"user-{n}" for n in range(100) if is_held_out(f"user-{n}") == late) for late in (True, False))


def test_two_users_are_enough_when_one_of_them_is_held_out(tmp_path: Path) -> None:
    matrix = built(tmp_path, daily("USD/MXN", 240), [*trading(EARLY, "USD/MXN", 240), *trading(LATE, "USD/MXN", 240)])

    assert len(np.unique(matrix.users)) == 2
    assert len(np.unique(matrix.users[matrix.part(Part.TEST)])) == 1


@pytest.mark.slow
def test_pairs_may_be_more_than_a_hundred(tmp_path: Path) -> None:
    quotes = [line for pair in PAIRS for line in daily(pair, 60)]
    trades = [line for n, pair in enumerate(PAIRS) for line in trading(f"user-{n}", pair, 60, first=1 + n % 3)]

    matrix = built(tmp_path, quotes, trades)

    assert len(PAIRS) > 150
    assert matrix.pair_names == tuple(PAIRS)
    assert set(matrix.pairs.tolist()) == set(range(len(PAIRS)))
    assert matrix.dropped.keys() == {"censored"}


def test_a_clock_of_another_zone_changes_nothing(tmp_path: Path) -> None:
    def of(offset: int) -> TrainingMatrix:
        quotes = daily("USD/MXN", 240, offset=offset)
        trades = [line for user in (EARLY, LATE) for line in trading(user, "USD/MXN", 240, offset=offset)]
        return built(tmp_path, quotes, trades)

    zulu, mexican = of(0), of(-6)

    assert zulu.features.tobytes() == mexican.features.tobytes()
    assert (zulu.labels.tolist(), zulu.at.tolist()) == (mexican.labels.tolist(), mexican.at.tolist())


def test_days_without_prices_are_no_rows_and_those_after_them_are(tmp_path: Path) -> None:
    trades = [line for user in (EARLY, LATE) for line in trading(user, "USD/MXN", 160)]
    matrix = built(tmp_path, daily("USD/MXN", 160, gap=range(40, 60)), trades)

    days = set(((matrix.at - int(START.timestamp())) // 86_400).tolist())
    assert not days & set(range(43, 61))
    assert days & set(range(30, 40))
    assert days & set(range(62, 80))


def test_users_with_one_transaction_are_rows_from_the_day_after_it_on(tmp_path: Path) -> None:
    trades = [line for user in (EARLY, LATE) for line in trading(user, "USD/MXN", 240)]
    once = [trading(f"once-{n}", "USD/MXN", 240, first=20 + n, every=999)[0] for n in range(30)]

    matrix = built(tmp_path, daily("USD/MXN", 240), [*trades, *once])

    assert (matrix.trades >= 1).all()
    assert (matrix.trades == 1).sum() > 300


@pytest.mark.parametrize(
    ("days", "users", "problem"),
    [
        (2, (EARLY, LATE), "not one trading day after the first transaction"),
        (240, (EARLY,), "too little history to learn from: no HOLD among the rows that test"),
        (240, (LATE,), "too little history to learn from: no HOLD among the rows that fit"),
    ],
)
def test_too_little_to_learn_from_is_refused_with_what_is_missing(
    tmp_path: Path, days: int, users: tuple[str, ...], problem: str
) -> None:
    trades = [line for user in users for line in trading(user, "USD/MXN", days)]

    with pytest.raises(InvalidFile, match=problem):
        built(tmp_path, daily("USD/MXN", days), trades)
