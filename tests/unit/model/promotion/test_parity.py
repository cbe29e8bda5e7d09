"""Questions of the log come out of prices and transactions to the last bit, or the model is told from another past."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain import market
from divisa.domain.behaviour import NEWCOMER, fold_rows
from divisa.domain.quote import Quote
from divisa.domain.transaction import Side, Transaction
from divisa.services.replay_decisions import asked_again
from model.promotion.anew import from_files, from_lines
from model.promotion.gate import GateName, Verdict
from model.promotion.limits import Limits
from model.promotion.parity import equal_features
from tests.builders import USD_MXN
from tests.unit.model.promotion.test_traffic import a_decision

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.domain.decision import DecisionRecord

MONDAY = datetime(2024, 1, 8, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def quotes() -> list[Quote]:
    mids = [Decimal("17.00") + Decimal("0.01") * (step * step % 7) for step in range(12)]
    return [
        Quote(USD_MXN, mid - Decimal("0.001"), mid + Decimal("0.001"), MONDAY + step * HOUR, step, "csv")
        for step, mid in enumerate(mids)
    ]


def trades() -> list[Transaction]:
    return [
        Transaction("ana", USD_MXN, side, Decimal(100), Decimal("17.02"), MONDAY + hours * HOUR)
        for side, hours in ((Side.BUY, 2.5), (Side.SELL, 4.5), (Side.BUY, 9.5))
    ]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    prices, transactions = tmp_path / "prices.csv", tmp_path / "transactions.csv"
    rows = [f"{quote.pair},{quote.event_time.isoformat()},{quote.bid},{quote.ask}" for quote in quotes()]
    prices.write_text("\n".join(["pair,event_time,bid,ask", *rows]) + "\n")
    lines = [f"{t.user_id},{t.event_time.isoformat()},{t.pair},{t.side},{t.quantity},{t.price}" for t in trades()]
    transactions.write_text("\n".join(["user_id,event_time,pair,side,quantity,price", *lines]) + "\n")
    return prices, transactions


def a_logged(step: int, known: int, user_id: str = "ana") -> DecisionRecord:
    """The decision at a quote, when so many of the user's trades were known, as it is made online."""
    state, views = None, []
    for quote in quotes():
        state = market.fold(state, quote)
        views.append((quote.event_time, market.view(state)))
    summary = NEWCOMER
    for trade in trades()[:known]:
        at = max(index for index, (moment, _) in enumerate(views) if moment <= trade.event_time)
        (summary,) = fold_rows([summary], [trade], [views[at][1]])
    record = a_decision(step, user_id, quote=quotes()[step], market=views[step][1], summary=summary)
    return replace(record, question=tuple(asked_again([record]).rows()[0].tolist()))


def test_online_questions_come_out_of_the_files_to_the_last_bit(files: tuple[Path, Path]) -> None:
    records = [a_logged(1, 0), a_logged(3, 1), a_logged(6, 2), a_logged(11, 3), a_logged(5, 0, "luz")]

    found = from_files(records, *files)

    assert found.missing == 0
    assert np.array_equal(found.logged, found.anew, equal_nan=True)
    gate = equal_features(*found, Limits(), how="the files")
    assert (gate.name, gate.verdict, gate.measured) == (GateName.OTHER_FEATURES, Verdict.PASSED, 0)


def test_a_trade_that_came_to_be_known_late_makes_no_difference(files: tuple[Path, Path]) -> None:
    # By the eleventh quote the consumer had folded one of three trades: so does the file's past.
    found = from_files([a_logged(11, 1)], *files)

    assert np.array_equal(found.logged, found.anew, equal_nan=True)


def test_a_feature_that_is_made_otherwise_is_refused_and_named(files: tuple[Path, Path]) -> None:
    honest = a_logged(6, 2)
    skewed = replace(
        honest, question=(*honest.question[:20], np.nextafter(honest.question[20], 9.0), *honest.question[21:])
    )

    for found in (from_files([honest, skewed], *files), from_lines([honest, skewed])):
        gate = equal_features(*found, Limits(), how="the files")
        assert (gate.verdict, gate.measured) == (Verdict.REFUSED, 1)
        assert "in trend_short" in gate.says


def test_another_past_than_the_consumers_is_found(files: tuple[Path, Path]) -> None:
    prices, transactions = files
    lines = transactions.read_text().splitlines()
    transactions.write_text("\n".join([lines[0], lines[1].replace("17.02", "17.03"), *lines[2:]]) + "\n")

    gate = equal_features(*from_files([a_logged(6, 2)], prices, transactions), Limits(), how="the files")

    assert gate.verdict is Verdict.REFUSED


def test_what_the_files_do_not_reach_is_counted_and_not_judged(files: tuple[Path, Path]) -> None:
    beyond = replace(a_logged(6, 2), market=replace(a_logged(6, 2).market, as_of=(MONDAY + 99 * HOUR).timestamp()))

    found = from_files([beyond], *files)

    assert found.missing == 1
    assert equal_features(*found, Limits(), how="the files").verdict is Verdict.NOT_ASKED
