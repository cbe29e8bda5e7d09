"""`divisa buy` and `divisa sell`, with an API of canned answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import client
from local import accounts, cloud
from tests.unit.client.canned import TRANSACTION, Api, ok, problem
from tests.unit.local.test_trading import PORTFOLIO, POSITION, QUOTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

SOLD = TRANSACTION | {"side": "SELL", "realised_pnl": "5.10"}
RICHER = {
    "as_of": "2024-01-10T15:00:00Z",
    "positions": [POSITION | {"average_cost": "17.051000", "value": "1705.00"}],
}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """Of a laptop cloud that seems to run, in which somebody is signed in."""
    made = Api([])
    whole = client.Client

    def with_canned_answers(url: str, token: str) -> client.Client:
        return whole(url, token, http=made.http)

    monkeypatch.setattr(cloud, "running", lambda: None)
    monkeypatch.setattr(accounts, "api_url", lambda running: "http://localhost")
    monkeypatch.setattr(accounts, "token", lambda running: "t0ken")
    monkeypatch.setattr(client, "Client", with_canned_answers)
    return made


def test_buying_says_at_which_price_and_what_is_held_now(divisa: Divisa, api: Api) -> None:
    api.answers += [ok(QUOTE), ok(TRANSACTION, 201), ok(PORTFOLIO)]
    answer = divisa("buy", "100", "--max-slippage", "0.01")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "Quoted 17.05 to 17.051 MXN.",
        "Bought 100.00 USD at 17.051 MXN: 1,705.10 MXN. Entry 1 of the ledger, t-1.",
        "Now 100.00 USD, and 5.00 MXN.",
    ]
    assert json.loads(api.asked[1].content) == {
        "quote_id": "q-1",
        "side": "BUY",
        "quantity": "100",
        "max_slippage": "0.01",
    }


def test_selling_says_what_it_earned(divisa: Divisa, api: Api) -> None:
    api.answers += [ok(QUOTE), ok(SOLD, 201), ok(RICHER)]
    out = divisa("sell", "100").out
    assert "Sold 100.00 USD at 17.051 MXN: 1,705.10 MXN, which earned 5.10 MXN." in out
    assert "Now 100.00 USD at an average cost of 17.0510, and 5.00 MXN; the USD are worth 1,705.00 MXN now." in out


def test_a_program_gets_json(divisa: Divisa, api: Api) -> None:
    api.answers += [ok(QUOTE), ok(TRANSACTION, 201), ok(PORTFOLIO)]
    said: dict[str, Any] = json.loads(divisa("buy", "100", "--json").out)
    assert said["transaction"]["amount"] == "1705.10"
    assert said["position"]["quote_balance"] == "5.00"


def test_a_refusal_is_the_answer_no_and_no_answer_is_a_failure(divisa: Divisa, api: Api) -> None:
    api.answers += [ok(QUOTE), problem(409, "insufficient_funds")]
    answer = divisa("buy", "100")
    assert (answer.code, answer.out, answer.err) == (1, "", "the API refused: not now\n")
    api.answers += [httpx.ConnectError("refused")]
    answer = divisa("buy", "100")
    assert (answer.code, answer.out) == (2, "")
    assert "did not answer" in answer.err


@pytest.mark.parametrize("quantity", ["a lot", "NaN", "Infinity"])
def test_a_quantity_that_is_no_number_is_refused_here(divisa: Divisa, api: Api, quantity: str) -> None:
    answer = divisa("buy", quantity)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("QUANTITY: is not a number")
    assert api.asked == []
