from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.adapters.csv import decisions, prices, suggestions, transactions
from divisa.domain.errors import InvalidFile
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES
from divisa.domain.market import DAY
from divisa.domain.pair import Pair
from local.simulated import training_files
from model import oracle
from model.matrix import Part, Source, TrainingMatrix, read_matrix, write_matrix
from model.plan import counted
from model.training_files import TrainingFiles
from model.training_set import build_training_set
from simulator.population import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.simulate import SimulatedFiles

PRICES, TRANSACTIONS = ",".join(prices.HEADER), ",".join(transactions.HEADER)
pytestmark = pytest.mark.slow

CUT_DAY = 19_733  # 11 January 2024
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


def bytes_of(matrix: TrainingMatrix, folder: Path) -> list[bytes]:
    write_matrix(matrix, folder)
    return [(folder / name).read_bytes() for name in ("matrix.npz", "matrix.json")]


def test_the_same_rows_in_any_order_in_blocks_of_any_size_make_the_same_bytes(
    world: SimulatedFiles, matrix: TrainingMatrix, tmp_path: Path
) -> None:
    shuffled = {}
    for path in (world.prices, world.transactions, world.accounts, world.groups):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        random.Random(5).shuffle(lines)
        shuffled[path] = tmp_path / path.name
        shuffled[path].write_text("\n".join([header, *lines]), encoding="utf-8")
    files = training_files(world)
    again = build_training_set(
        replace(
            files,
            prices=shuffled[world.prices],
            transactions=shuffled[world.transactions],
            accounts=shuffled[world.accounts],
            groups=shuffled[world.groups],
        ),
        block=500,
    )

    assert bytes_of(again, tmp_path / "again") == bytes_of(matrix, tmp_path / "first")


@pytest.mark.slow
def test_rows_are_thinned_at_random_and_weigh_more_then(world: SimulatedFiles, matrix: TrainingMatrix) -> None:
    thin = build_training_set(training_files(world), max_rows=4000)
    other = build_training_set(training_files(world), max_rows=4000, seed=1)

    assert (matrix.weights == 1).all()
    assert len(set(thin.weights.tolist())) == 1
    assert abs(thin.weights.sum() / len(matrix.labels) - 1) < 0.07
    whole = {row(matrix, n): matrix.features[n].tobytes() for n in range(len(matrix.labels))}
    assert all(whole[row(thin, n)] == thin.features[n].tobytes() for n in range(len(thin.labels)))
    assert {row(thin, n) for n in range(len(thin.labels))} != {row(other, n) for n in range(len(other.labels))}


def row(matrix: TrainingMatrix, number: int) -> tuple[int, int]:
    return int(matrix.users[number]), int(matrix.at[number])


def test_newcomers_are_rows_from_the_opening_of_their_account_on(world: SimulatedFiles, matrix: TrainingMatrix) -> None:
    without = build_training_set(replace(training_files(world), accounts=None))

    assert (without.trades > 0).all()
    assert (matrix.trades == 0).sum() == len(matrix.labels) - len(without.labels) > 0
    newcomers = matrix.features[matrix.trades == 0]
    assert np.isnan(newcomers[:, FEATURE_NAMES.index("days_since_last")]).all()
    assert not np.isnan(newcomers[:, FEATURE_NAMES.index("volatility")]).any()


def test_groups_are_told_by_name_and_are_no_feature(world: SimulatedFiles, matrix: TrainingMatrix) -> None:
    assert set(matrix.group_names) == {kind.name.lower() for kind in Kind}
    assert (matrix.groups >= 0).all()
    assert len(matrix.feature_names) == len(FEATURE_NAMES)


@pytest.fixture(scope="module")
def asked(world: SimulatedFiles, tmp_path_factory: pytest.TempPathFactory) -> TrainingMatrix:
    """The world with moments at which the model was asked, and what users were told."""
    folder = tmp_path_factory.mktemp("asked")
    users = [f"sim-{number:06d}" for number in range(60)]
    first, last = datetime(2022, 9, 1, 9, 30, tzinfo=UTC), datetime(2023, 8, 30, 9, 30, tzinfo=UTC)
    moments = [first + timedelta(days=10 * step) for step in range((last - first).days // 10 + 1)]
    asked = [f"{user},{pair},{at.isoformat()}" for user in users for pair in ("USD/MXN", "USD/BRL") for at in moments]
    told = [f"{line},SELL,{('true', 'false')[n % 2]},0.8" for n, line in enumerate(asked)]
    ends = [
        "sim-000001,USD/MXN,2023-08-31T20:00:00Z",
        "sim-000001,USD/MXN,2022-01-01T20:00:00Z",
        "x,EUR/USD,2023-01-01T00:00:00Z",
    ]
    (folder / "d.csv").write_text("\n".join([",".join(decisions.HEADER), *asked, asked[0], *ends]), encoding="utf-8")
    (folder / "s.csv").write_text("\n".join([",".join(suggestions.HEADER), *told]), encoding="utf-8")
    files = replace(training_files(world), decisions=folder / "d.csv", suggestions=folder / "s.csv")
    return build_training_set(files, max_rows=5000)


def test_all_moments_at_which_the_model_was_asked_are_rows_beside_the_calendars(asked: TrainingMatrix) -> None:
    decided = asked.sources == Source.DECISION

    assert decided.sum() > 1000
    assert (asked.weights[decided] == 1).all()
    assert (asked.weights[~decided] > 1).all()
    assert set((asked.at[decided] % DAY).tolist()) == {9.5 * 3600}
    assert np.isnan(asked.oracle[decided]).all()
    assert asked.dropped["decisions_duplicate"] == 1
    assert asked.dropped["decisions_unknown_pair"] == 1
    assert asked.dropped["decisions_before_first_price"] == 1


def test_no_label_of_a_decision_reaches_into_the_next_part(asked: TrainingMatrix) -> None:
    for earlier, later in zip(list(Part), list(Part)[1:], strict=False):
        assert asked.at[asked.part(earlier)].max() + DAY <= asked.at[asked.part(later)].min()


def test_rows_near_a_suggestion_say_what_was_suggested_and_whether_it_was_told(asked: TrainingMatrix) -> None:
    decided, suggested = asked.sources == Source.DECISION, asked.suggested != Decision.HOLD

    assert suggested[decided].all()
    assert 0 < suggested[~decided].mean() < 0.2
    assert set(asked.suggested[suggested].tolist()) == {Decision.SELL}
    assert abs(asked.told[suggested].mean() - 0.5) < 0.05
    assert not asked.told[~suggested].any()
    assert set(asked.propensities[suggested].tolist()) == {np.float32(0.8)}
    assert np.isnan(asked.propensities[~suggested]).all()


def test_nothing_later_than_the_moment_asked_for_is_used(world: SimulatedFiles) -> None:
    until = datetime(2023, 6, 1, 12, tzinfo=UTC)

    early = build_training_set(replace(training_files(world), until=until))

    assert early.at.max() + DAY <= until.timestamp()
    assert early.at.max() + 2 * DAY > until.timestamp()


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
    owners = {(user, Pair("USD", "MXN")): number for number, user in enumerate(["ana", "bea", "eva", "zoe"])}
    dropped: Counter[str] = Counter()

    found = oracle.read_oracle(
        tmp_path / "oracle.csv",
        owners,
        np.arange(4),
        np.full(4, CUT_DAY * 86_400_000_000),
        on_reject=counted(dropped, "oracle"),
    )

    assert found[0].tolist() == [0.25, 0.125]
    assert np.isnan(found[1:]).all()
    assert dropped == {"oracle_not_a_number": 1, "oracle_bad_number": 1}
