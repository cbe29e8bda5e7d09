from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.prices import read_prices
from divisa.domain.pair import Pair
from model.market_history import MarketHistory, market_histories

if TYPE_CHECKING:
    from pathlib import Path

MXN = Pair("USD", "MXN")


def history(folder: Path, *rows: str, rejected: Counter[str] | None = None) -> MarketHistory:
    """Quotes as `event_time,mid,arrived_at`, of January 2024."""
    lines = []
    for row in rows:
        at, mid, arrived = row.split(",")
        lines.append(f"USD/MXN,2024-01-{at}Z,{float(mid) - 0.01:.2f},{float(mid) + 0.01:.2f},2024-01-{arrived}Z")
    path = folder / "p.csv"
    path.write_text("\n".join(["pair,event_time,bid,ask,arrived_at", *lines]), encoding="utf-8")
    return market_histories(read_prices(path, on_reject=print), Counter() if rejected is None else rejected)[MXN]


def moment(day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(2024, 1, day, hour, minute, tzinfo=UTC).timestamp()


def mids(past: MarketHistory, *moments: float) -> list[float]:
    found = np.exp(past.views.log_mid[past.at(np.array(moments))])
    return [round(float(mid), 2) for mid in found]


def test_the_market_is_that_of_the_quotes_that_had_arrived(tmp_path: Path) -> None:
    past = history(tmp_path, "08T10:00:00,17.00,08T10:00:00", "08T11:00:00,17.10,08T11:30:00")

    assert np.isnan(mids(past, moment(8, 9, 59)))
    assert mids(past, moment(8, 10), moment(8, 11), moment(8, 11, 29), moment(8, 11, 30)) == [17.0, 17.0, 17.0, 17.1]


def test_a_quote_that_is_not_believed_leaves_no_trace_but_its_reason(tmp_path: Path) -> None:
    rejected: Counter[str] = Counter()
    calm = [f"08T{hour:02d}:00:00,17.0{hour % 3},08T{hour:02d}:00:00" for hour in range(12)]

    past = history(tmp_path, *calm, "08T12:00:00,34.00,08T12:00:00", rejected=rejected)

    assert rejected == {"outlier": 1}
    assert mids(past, moment(8, 13)) == [17.02]


def test_a_day_trades_when_its_midnight_knows_a_quote_of_the_three_days_before(tmp_path: Path) -> None:
    past = history(tmp_path, "04T14:00:00,17.00,04T14:00:00", "05T14:00:00,17.00,05T14:00:00")

    days = [datetime.fromtimestamp(day * 86_400, UTC).day for day in past.trading_days().tolist()]

    assert days == [5, 8]  # Friday and Monday; Tuesday's midnight is more than three days from Friday's fixing
