"""`divisa why`: what the model says about one user, until which price, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from math import exp, log
from typing import TYPE_CHECKING

import pytest

from divisa.domain.bands import Band
from divisa.domain.episodes import Visit
from divisa.domain.evaluation import Decision
from divisa.domain.market import fold
from divisa.domain.transaction import Side
from tests.builders import (
    EMAIL,
    PHONE,
    USD_MXN,
    WEDNESDAY,
    a_market_state,
    a_portfolio,
    a_quote,
    a_recipient,
    a_summary,
    a_watch,
)
from tests.unit.services.world import EDGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stores import Stores
    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

HOUR = timedelta(hours=1)


@pytest.fixture
def known(stores: Stores) -> Stores:
    """Ana bought at 17.00 and is held; Bea is visited; Eva is new; the price is 17.05."""
    quote = a_quote("17.05")
    market = fold(a_market_state("16.90", at=WEDNESDAY - 24 * HOUR), quote)
    stores.markets.save(replace(stores.markets.load(USD_MXN), market=market, quote=quote))
    stores.summaries.put_many(USD_MXN, {"ana": a_summary(cost=17.0), "bea": a_summary(cost=16.0)})
    stores.portfolios.put_many([a_portfolio("4321.98")])
    stores.recipients.put_many([a_recipient()])
    evaluated = {"evaluated_at": WEDNESDAY, "refresh_at": WEDNESDAY + HOUR, "model_version": "m-1", "generation": 1}
    stores.watches.put_many(
        [
            a_watch("ana", band=Band(log(16.83), log(17.17)), **evaluated),
            a_watch(
                "bea",
                band=Band(log(16.16), float("inf")),
                decision=Decision.SELL,
                visit=Visit(Side.SELL, Band(log(16.12), float("inf"))),
                episode=2,
                **evaluated,
            ),
            a_watch("eva"),
        ]
    )
    return stores


def test_people_read_the_watch_the_price_the_model_and_what_weighs(divisa: Divisa, known: Stores) -> None:
    answer = divisa("why", "ana", "--pair", "USD/MXN")

    assert (answer.code, answer.err) == (0, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "Price 17.0500 (bid 17.049, ask 17.051 MXN for 1 USD), 2024-01-10 15:00:00 UTC" in lines
    assert "Watch HOLD from 16.8300 to below 17.1700" in lines
    assert "the price is inside" in lines
    assert "Evaluated 2024-01-10 15:00:00 UTC by m-1" in lines
    below, above = 17 * exp(-EDGE), 17 * exp(EDGE)
    assert f"below {below:.4f} BUY 15.0 % 70.0 % 15.0 %" in lines
    assert "now, 17.0500 HOLD 70.0 % 15.0 % 15.0 %" in lines
    assert f"from {above:.4f} SELL 15.0 % 15.0 % 70.0 %" in lines
    assert "What weighs most (+ for HOLD, - against it), compared with 2 other users" in lines
    assert any(
        line.startswith("log_price_over_cost the price is 0.3 % above what the USD held cost on average +")
        for line in lines
    )


def test_a_visit_and_an_open_end_are_told(divisa: Divisa, known: Stores) -> None:
    lines = [" ".join(line.split()) for line in divisa("why", "bea", "--pair", "USD/MXN").out.splitlines()]

    assert "Watch SELL from 16.1600 up" in lines
    assert "Visit number 2: SELL, goes on; one visit from 16.1200 up" in lines
    assert "higher the model never changes its mind in that direction" in lines


def test_a_watch_that_nobody_evaluated_says_so(divisa: Divisa, known: Stores) -> None:
    lines = [" ".join(line.split()) for line in divisa("why", "eva", "--pair", "USD/MXN").out.splitlines()]

    assert "Watch not evaluated yet; the next price is decided about, whatever it is" in lines
    assert "nothing: the model says the same with any other value of any one feature" not in lines


@pytest.mark.parametrize(
    ("band", "words"),
    [
        (Band(log(17.1), log(17.2)), "HOLD from 17.1000 to below 17.2000"),
        (Band(-float("inf"), log(17.0)), "HOLD below 17.0000"),
        (Band(float("inf"), -float("inf")), "HOLD at no price: the next one is decided about, whatever it is"),
        (Band(-float("inf"), float("inf")), "HOLD at any price"),
    ],
)
def test_every_band_has_words(divisa: Divisa, known: Stores, band: Band, words: str) -> None:
    left = Visit(Side.BUY, Band(log(17.0), log(17.5)), left_at=WEDNESDAY)
    watch = a_watch("ana", band=band, visit=left, evaluated_at=WEDNESDAY, model_version="m-1")
    known.watches.put_many([watch])

    lines = [" ".join(line.split()) for line in divisa("why", "ana", "--pair", "USD/MXN").out.splitlines()]

    assert f"Watch {words}" in lines
    inside = "the price is inside" if band.holds(log(17.05)) else "the price is outside: the next one is decided about"
    assert inside in lines
    assert any(
        "BUY, left at 2024-01-10 15:00:00 UTC; one visit from 17.0000 to below 17.5000" in line for line in lines
    )


def test_programs_read_one_document(divisa: Divisa, known: Stores) -> None:
    found = json.loads(divisa("why", "ana", "--pair", "USD/MXN", "--json").out)

    assert (found["user_id"], found["pair"]) == ("ana", "USD/MXN")
    assert found["quote"]["event_time"] == "2024-01-10T15:00:00+00:00"
    assert found["watch"]["band"] == {"lower": pytest.approx(16.83), "upper": pytest.approx(17.17)}
    assert (found["watch"]["holds"], found["watch"]["visit"]) == (True, None)
    assert found["model"]["decision"] == "HOLD"
    assert found["model"]["probabilities"] == {"HOLD": 0.7, "BUY": 0.15, "SELL": 0.15}
    assert found["below"]["decision"] == "BUY"
    assert found["above"]["price"] == pytest.approx(17 * exp(EDGE))
    assert found["weights"][0]["feature"] == "log_price_over_cost"
    assert found["weights"][0]["weight"] > 0
    assert found["others"] == 2

    visited = json.loads(divisa("why", "bea", "--pair", "USD/MXN", "--json").out)
    assert visited["above"] is None
    assert visited["watch"]["visit"]["region"] == {"lower": pytest.approx(16.12), "upper": None}

    never = json.loads(divisa("why", "eva", "--pair", "USD/MXN", "--json").out)
    assert (never["watch"]["evaluated_at"], never["watch"]["band"]) == (None, {"lower": None, "upper": None})


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_neither_contacts_nor_balances_are_shown(divisa: Divisa, known: Stores, form: tuple[str, ...]) -> None:
    shown = divisa("why", "ana", "--pair", "USD/MXN", *form).out

    assert not any(secret in shown for secret in (PHONE, EMAIL, "4321", "20000"))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nobody", "--pair", "USD/MXN"), "there is no user nobody with a watch on USD/BRL or USD/MXN"),
        (("ana", "--pair", "USD/BRL"), "ana has no watch on USD/BRL, but on USD/MXN"),
        (("ana", "--pair", "USD/COP"), "USD/COP is not served here, but USD/BRL or USD/MXN"),
        (("ana", "--pair", "dollars"), "'dollars' is not a currency pair such as USD/MXN"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    divisa: Divisa, known: Stores, arguments: tuple[str, ...], complaint: str
) -> None:
    answer = divisa("why", *arguments)

    assert (answer.code, answer.out, answer.err) == (2, "", f"{complaint}\n")
