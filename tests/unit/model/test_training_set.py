from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from divisa.adapters.csv import prices, transactions
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, take
from divisa.domain.errors import InvalidFile
from divisa.domain.features import FEATURE_NAMES, feature_matrix
from divisa.domain.market import DAY
from model import oracle
from model.history import read_history
from model.matrix import Part, TrainingMatrix, read_matrix, write_matrix
from model.rows import sample_rows
from model.training_files import TrainingFiles
from model.training_set import build_training_set

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.simulate import SimulatedFiles

PRICES, TRANSACTIONS = ",".join(prices.HEADER), ",".join(transactions.HEADER)


def test_users_who_judge_are_in_no_other_part(matrix: TrainingMatrix) -> None:
    judges = set(matrix.users[matrix.part(Part.TEST)].tolist())

    assert judges
    assert judges.isdisjoint(matrix.users[~matrix.part(Part.TEST)].tolist())


def test_each_part_begins_after_the_labels_of_the_one_before_have_ended(matrix: TrainingMatrix) -> None:
    for earlier, later in zip(list(Part), list(Part)[1:], strict=False):
        assert matrix.at[matrix.part(earlier)].max() + DAY <= matrix.at[matrix.part(later)].min()


def test_rows_lie_at_midnight_of_weekdays(matrix: TrainingMatrix) -> None:
    assert not (matrix.at % DAY).any()
    assert set(((matrix.at // DAY + 3) % 7).tolist()) == {0, 1, 2, 3, 4}


def test_labels_happen_as_often_as_the_oracle_says(matrix: TrainingMatrix) -> None:
    judged = matrix.part(Part.TEST)
    assert not np.isnan(matrix.oracle[judged]).any()
    for label in (1, 2):
        p, happened = matrix.oracle[judged][:, label - 1], matrix.labels[judged] == label
        assert abs(p.mean() - happened.mean()) < 4 * np.sqrt((p * (1 - p)).sum()) / len(p)


def test_features_are_finite_or_not_known_and_in_the_domains_order(matrix: TrainingMatrix) -> None:
    assert matrix.feature_names == FEATURE_NAMES
    assert matrix.features.dtype == np.float32
    assert not np.isinf(matrix.features).any()


def test_the_matrix_survives_being_written(matrix: TrainingMatrix, tmp_path: Path) -> None:
    write_matrix(matrix, tmp_path)
    again = read_matrix(tmp_path)

    assert np.array_equal(again.features, matrix.features, equal_nan=True)
    assert np.array_equal(again.labels, matrix.labels)
    assert (again.feature_names, again.dropped) == (matrix.feature_names, matrix.dropped)


def test_a_matrix_with_other_names_than_columns_is_refused(matrix: TrainingMatrix, tmp_path: Path) -> None:
    write_matrix(matrix, tmp_path)
    description = json.loads((tmp_path / "matrix.json").read_text(encoding="utf-8"))
    (tmp_path / "matrix.json").write_text(json.dumps({**description, "feature_names": ["x"]}), encoding="utf-8")

    with pytest.raises(ValueError, match="24 columns have 1 names"):
        read_matrix(tmp_path)


# Nothing of what happens after a row's moment may reach its features.
PAST_PRICES = [
    f"USD/MXN,2024-01-{day:02d}T{hour:02d}:00:00Z,{17 + 0.01 * ((day * 7 + hour) % 11):.4f},{17.2:.4f}"
    for day in (8, 9, 10)
    for hour in range(0, 24, 4)
]
PAST_TRADES = [
    "ana,2024-01-08T09:30:00Z,USD/MXN,BUY,100,17.1",
    "bea,2024-01-08T10:30:00Z,USD/MXN,BUY,50,17.1",
    "ana,2024-01-09T11:00:00Z,USD/MXN,SELL,40,17.2",
    "bea,2024-01-10T11:00:00Z,USD/MXN,BUY,40,17.2",
]
CUT_DAY = 19_733  # 11 January 2024: its midnight is the last moment whose features are compared
FUTURE_PRICES = st.lists(
    st.tuples(st.integers(1, 90), st.integers(150_000, 190_000)), max_size=8, unique_by=lambda p: p[0]
)
FUTURE_TRADES = st.lists(
    st.tuples(st.sampled_from(["ana", "bea", "eva"]), st.integers(0, 90 * 60), st.sampled_from(["BUY", "SELL"])),
    max_size=8,
)


def after_the_cut(minutes: int) -> str:
    return f"{datetime(2024, 1, 11, tzinfo=UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def features_until_the_cut(folder: Path, price_rows: list[str], trade_rows: list[str]) -> dict[tuple[str, int], bytes]:
    (folder / "p.csv").write_text("\n".join([PRICES, *price_rows]) + "\n", encoding="utf-8")
    (folder / "t.csv").write_text("\n".join([TRANSACTIONS, *trade_rows]) + "\n", encoding="utf-8")
    history = read_history(folder / "p.csv", folder / "t.csv", Counter())
    days = np.arange(history.days[0], CUT_DAY + 1)
    days = days[np.isin(days, history.days)]
    rows = sample_rows(
        history.ledger,
        [days] * len(history.owners),
        np.zeros(len(history.owners), dtype=np.bool_),
        days,
        np.zeros(len(days), dtype=np.int8),
        max_rows=10**6,
        seed=0,
    )
    at = (rows.day * DAY).astype(np.float64)
    market = history.views([history.owners[owner][1] for owner in rows.owner], at)
    summary = take(BehaviourSummary[Array], history.summaries(), rows.newest)
    features = feature_matrix(summary, market, at, market.log_mid)
    names = [history.owners[owner][0] for owner in rows.owner]
    return {(name, int(day)): row.tobytes() for name, day, row in zip(names, rows.day, features, strict=True)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(future_prices=FUTURE_PRICES, future_trades=FUTURE_TRADES)
def test_what_happens_later_changes_no_features(
    tmp_path: Path, future_prices: list[tuple[int, int]], future_trades: list[tuple[str, int, str]]
) -> None:
    price_rows = [
        f"USD/MXN,{after_the_cut(hours * 60)},{bid / 1e4:.4f},{bid / 1e4 + 0.01:.4f}"
        for hours, bid in sorted(future_prices)
    ]
    trade_rows = [
        f"{user},{after_the_cut(minutes)},USD/MXN,{side},10,17.0"
        for user, minutes, side in sorted(future_trades, key=lambda trade: trade[1])
    ]
    end = f"eva,{after_the_cut(96 * 60)},USD/MXN,BUY,1,17.0"

    before = features_until_the_cut(tmp_path, PAST_PRICES, [*PAST_TRADES, end])
    after = features_until_the_cut(tmp_path, [*PAST_PRICES, *price_rows], [*PAST_TRADES, *trade_rows, end])

    assert len(before) == 6  # two users on 9, 10 and 11 January
    assert {key: after[key] for key in before} == before


def test_rows_that_cannot_be_used_are_counted_by_reason(world: SimulatedFiles, tmp_path: Path) -> None:
    bad_prices = ["USD/MXN,2023-08-31T22:00:00Z,19,18", "USD/MXN,2023-08-31T23:00:00Z,NaN,18", "USD/MXN,then,1"]
    bad_trades = [
        "ana,2023-08-31T20:00:00Z,USD/COP,BUY,1,4000",
        "ana,1999-01-01T00:00:00Z,USD/MXN,BUY,1,10",
        "ana,2023-08-31T20:00:00Z,USD/MXN,LEND,1,17",
        "ana,2023-08-31T20:00:00Z,USD/MXN,BUY,-1,17",
    ]
    for source, rows in ((world.prices, bad_prices), (world.transactions, bad_trades)):
        text = source.read_text(encoding="utf-8") + "\n".join(rows) + "\n"
        (tmp_path / source.name).write_text(text, encoding="utf-8")

    dropped = build_training_set(TrainingFiles(tmp_path / "prices.csv", tmp_path / "transactions.csv")).dropped

    assert {
        "crossed": 1,
        "not_a_number": 1,
        "ragged": 1,
        "unknown_pair": 1,
        "before_first_price": 1,
        "unknown_side": 1,
        "not_positive": 1,
    }.items() <= dropped.items()


@pytest.mark.parametrize(
    ("trade_rows", "message"),
    [
        (PAST_TRADES, "too little history to learn from"),
        (PAST_TRADES[:1], "not one trading day after the first transaction"),
        (["ana,1999-01-01T00:00:00Z,USD/MXN,BUY,1,10"], r"no transaction has a price before it.*before_first_price"),
        (["ana,2024-01-08T09:30:00Z,USD/COP,BUY,1,4000"], r"no transaction has a price before it.*unknown_pair"),
        (["ana,2024-01-08T09:30:00Z,USD/MXN,GIVE,1,17"], r"has no usable row.*unknown_side"),
    ],
)
def test_files_that_nothing_can_be_learned_from_are_refused_with_the_reason(
    tmp_path: Path, trade_rows: list[str], message: str
) -> None:
    (tmp_path / "p.csv").write_text("\n".join([PRICES, *PAST_PRICES]) + "\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("\n".join([TRANSACTIONS, *trade_rows]) + "\n", encoding="utf-8")

    with pytest.raises(InvalidFile, match=message):
        build_training_set(TrainingFiles(tmp_path / "p.csv", tmp_path / "t.csv"))


def test_an_oracle_that_is_none_is_refused(world: SimulatedFiles) -> None:
    with pytest.raises(InvalidFile, match="its first line must be user_id,pair,event_time,p_buy,p_sell"):
        build_training_set(TrainingFiles(world.prices, world.transactions, oracle=world.users))


def test_rows_of_an_oracle_that_are_no_probability_are_counted_and_leave_a_gap(tmp_path: Path) -> None:
    rows = [
        "ana,USD/MXN,2024-01-11T09:00:00Z,0.25,0.125",
        "bea,USD/MXN,2024-01-11T09:00:00Z,0.25,1.5",
        "eva,USD/MXN,2024-01-11T09:00:00Z,likely,0.125",
        "ana,USD/MXN,2024-01-12T09:00:00Z,0.5,0.5",
    ]
    (tmp_path / "oracle.csv").write_text("\n".join([",".join(oracle.HEADER), *rows]) + "\n", encoding="utf-8")
    wanted = {(user, "USD/MXN", CUT_DAY): index for index, user in enumerate(["ana", "bea", "eva", "zoe"])}
    dropped: dict[str, int] = {}

    found = oracle.read_oracle(tmp_path / "oracle.csv", wanted, dropped)

    assert found[0].tolist() == [0.25, 0.125]
    assert np.isnan(found[1:]).all()
    assert dropped == {"oracle_not_a_number": 1, "oracle_bad_number": 1}
