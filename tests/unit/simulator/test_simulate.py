from __future__ import annotations

import csv
import json
from dataclasses import astuple, replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.csv.prices import read_quotes
from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.errors import InvalidRow, InvalidSetting, UnknownPair
from simulator.population import Kind
from simulator.simulate import SimulatedFiles, Simulation, simulate
from tests.plain_ledger import plain_ledger

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SMALL = Simulation(users=40, start=date(2023, 1, 2), end=date(2023, 7, 1), seed=9)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    return simulate(tmp_path_factory.mktemp("simulation"), SMALL)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(files: SimulatedFiles) -> list[bytes]:
    return [path.read_bytes() for path in astuple(files)]


def test_the_same_seed_gives_the_same_bytes(files: SimulatedFiles, tmp_path: Path) -> None:
    assert contents(simulate(tmp_path, SMALL)) == contents(files)


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_how_users_are_chunked(files: SimulatedFiles, tmp_path: Path) -> None:
    assert contents(simulate(tmp_path, replace(SMALL, chunk=7))) == contents(files)


def test_a_user_lives_the_same_life_in_a_larger_population(files: SimulatedFiles, tmp_path: Path) -> None:
    larger = simulate(tmp_path, replace(SMALL, users=60))
    names = {row["user_id"] for row in rows(files.users)}

    assert [row for row in rows(larger.transactions) if row["user_id"] in names] == rows(files.transactions)


def test_another_seed_gives_other_users(files: SimulatedFiles, tmp_path: Path) -> None:
    assert simulate(tmp_path, replace(SMALL, seed=10)).transactions.read_bytes() != files.transactions.read_bytes()


def test_prices_and_transactions_keep_to_the_contracts_to_the_last_row(files: SimulatedFiles) -> None:
    rejected: list[InvalidRow] = []
    quotes = list(read_quotes(files.prices, source="ecb-bridge", on_reject=rejected.append))
    entries = read_transactions(files.transactions, on_reject=rejected.append)

    assert not rejected
    assert {str(quote.pair) for quote in quotes} == {"USD/MXN", "USD/BRL"}
    assert len(entries.at) > 100
    written = [transaction.event_time for transaction in plain_ledger(files.transactions)]
    assert written == sorted(written)


def test_every_transaction_was_made_at_the_newest_quote(files: SimulatedFiles) -> None:
    quotes = {(row["pair"], row["event_time"][:13]): row for row in rows(files.prices)}
    for row in rows(files.transactions):
        quote = quotes[row["pair"], row["event_time"][:13]]
        assert row["price"] == quote["ask" if row["side"] == "BUY" else "bid"]


def test_the_oracle_has_a_probability_for_every_transaction(files: SimulatedFiles) -> None:
    probabilities = {(row["user_id"], row["event_time"]): row for row in rows(files.oracle)}

    for row in rows(files.transactions):
        look = probabilities[row["user_id"], row["event_time"]]
        assert 0 < float(look["p_buy" if row["side"] == "BUY" else "p_sell"]) < 1
        assert look["pair"] == row["pair"]


def test_every_user_has_contacts_consent_and_balances(files: SimulatedFiles) -> None:
    users = rows(files.users)

    assert len(users) == SMALL.users
    assert ",".join(users[0]) == (
        "user_id,language,phone,email,sms_consent,email_consent,base_balance,quote_balance,pair"
    )
    assert all(float(user["base_balance"]) >= 0 and float(user["quote_balance"]) >= 0 for user in users)


def test_every_user_has_an_account_from_before_the_first_look_on(files: SimulatedFiles) -> None:
    opened = {(row["user_id"], row["pair"]): row["opened_at"] for row in rows(files.accounts)}
    first: dict[tuple[str, str], str] = {}
    for row in rows(files.oracle):
        first.setdefault((row["user_id"], row["pair"]), row["event_time"])

    assert len(opened) == SMALL.users
    assert all(opened[owner][:10] <= at[:10] for owner, at in first.items())
    assert min(opened.values()) == "2023-02-01T00:00:00Z" < max(opened.values())


def test_every_user_is_of_one_of_the_hidden_kinds(files: SimulatedFiles) -> None:
    groups = {row["user_id"]: row["group"] for row in rows(files.groups)}

    assert len(groups) == SMALL.users
    assert set(groups.values()) <= {kind.name.lower() for kind in Kind}
    assert len(set(groups.values())) > 3


def test_the_parameters_say_plainly_that_users_are_simulated(files: SimulatedFiles) -> None:
    parameters = json.loads(files.parameters.read_text(encoding="utf-8"))

    assert parameters["simulated"] is True
    assert "no real person" in parameters["note"]
    assert parameters["settings"]["seed"] == SMALL.seed
    assert parameters["counts"]["users"] == SMALL.users
    assert parameters["source"] == "ecb-bridge"


def test_progress_is_told_up_to_the_last_user(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    simulate(tmp_path, replace(SMALL, users=3, chunk=2), lambda *step: told.append(step))

    assert told[:2] == [("users", 2, 3), ("users", 3, 3)]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (replace(SMALL, users=0), "at least one user"),
        (replace(SMALL, pairs=()), "at least one"),
        (replace(SMALL, pairs=("USD/MXN", "USD/MXN")), "each pair once"),
        (replace(SMALL, end=date(2023, 1, 20)), "simulate a longer time"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, wrong: Simulation, problem: str) -> None:
    with pytest.raises(InvalidSetting, match=problem):
        simulate(tmp_path, wrong)


def test_a_pair_without_central_bank_rates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownPair, match="USD/COP"):
        simulate(tmp_path, replace(SMALL, pairs=("USD/COP",)))
