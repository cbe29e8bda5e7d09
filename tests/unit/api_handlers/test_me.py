from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.services import export_person
from tests.unit.api_handlers.requests import ALICE, BOB
from tests.unit.services.people import contacts_of, token_of

if TYPE_CHECKING:
    import pytest

    from tests.unit.api_handlers.people import PeopleApi

KEYS = {
    "user_id",
    "exported_at",
    "shortened",
    "sign_in",
    "phone",
    "email",
    "email_bounced",
    "preferences",
    "devices",
    "portfolios",
    "behaviour",
    "watches",
    "suggestions",
    "deliveries",
    "outcomes",
    "transactions",
}
"""What an export has; whoever reads one counts on these names."""


def test_an_export_has_everything_that_is_kept_of_the_caller(people: PeopleApi) -> None:
    answered = people.ask("GET", "/v1/me/export")
    assert answered.status == 200
    assert answered.headers["content-disposition"] == 'attachment; filename="divisa-export.json"'
    assert answered.headers["cache-control"] == "no-store"
    found = answered.json
    assert set(found) == KEYS
    assert found["user_id"] == ALICE
    assert (found["phone"], found["email"]) == contacts_of(ALICE)
    assert found["sign_in"]["attributes"]["email"] == contacts_of(ALICE)[1]
    assert found["preferences"]["consent"] == {"sms": True, "email": True, "push": False}
    assert [each["base_balance"] for each in found["portfolios"]] == ["540"]
    assert found["behaviour"][0]["statistics"]["buys"] == 1.0
    assert [each["pair"] for each in found["watches"]] == ["USD/MXN"]
    assert [len(found[name]) for name in ("devices", "suggestions", "deliveries", "transactions")] == [1, 3, 3, 4]
    assert [each["sequence"] for each in found["transactions"]] == [4, 3, 2, 1]
    assert found["outcomes"][0] == {
        "suggestion_id": found["outcomes"][0]["suggestion_id"],
        "pair": "USD/MXN",
        "side": "SELL",
        "amount": "100.00",
        "price": "17.3512",
        "begun_at": "2024-01-10T15:00:00Z",
        "known_until": "2024-01-17T15:00:00Z",
        "arm": "treated",
        "channel": "sms",
        "reason": "above_cost",
        "shown_at": "2024-01-10T15:00:03.000250Z",
        "opened_at": "2024-01-10T15:02:00Z",
        "response": "accepted",
        "responded_at": "2024-01-10T15:03:00Z",
        "traded_at": "2024-01-10T15:04:00Z",
        "traded_quantity": "70.00",
        "prices": {horizon: {"mid": "17.3", "gain": "4.12"} for horizon in ("1h", "1d", "7d")},
    }
    assert {each["suggestion_id"] for each in found["outcomes"]} == {
        each["suggestion_id"] for each in found["suggestions"]
    }
    assert found["shortened"] == []


def test_an_export_shows_nothing_of_anybody_else_and_no_token(people: PeopleApi) -> None:
    text = people.ask("GET", "/v1/me/export").text
    assert [secret for secret in (BOB, *contacts_of(BOB), token_of(BOB), token_of(ALICE)) if secret in text] == []


def test_an_export_of_somebody_of_whom_nothing_is_kept_says_so(people: PeopleApi) -> None:
    found = people.ask("GET", "/v1/me/export", user="somebody-new").json
    assert set(found) == KEYS - {"sign_in", "phone", "email"}
    assert [found[name] for name in ("devices", "portfolios", "transactions", "suggestions")] == [[], [], [], []]


def test_an_export_says_which_lists_do_not_fit(people: PeopleApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_person, "MAX_TRANSACTIONS", 3)
    monkeypatch.setattr(export_person, "MAX_SUGGESTIONS", 2)
    found = people.ask("GET", "/v1/me/export").json
    assert found["shortened"] == ["suggestions", "outcomes", "transactions"]
    assert [len(found[name]) for name in ("suggestions", "deliveries", "outcomes", "transactions")] == [2, 2, 2, 3]
    assert [each["sequence"] for each in found["transactions"]] == [4, 3, 2]


def test_the_largest_export_fits_into_what_a_function_may_answer(people: PeopleApi) -> None:
    """6 MB; what one more entry and one more suggestion add is counted, not 10,000 of them written."""
    sizes = []
    for user_id, many in (("few-people", 2), ("many-peopl", 12)):
        people.world.settle(user_id, suggestions=many, trades=many)
        sizes.append(len(people.ask("GET", "/v1/me/export", user=user_id).text))
    for number in range(12, 22):
        people.world.trade("many-peopl", number)
    trade = (len(people.ask("GET", "/v1/me/export", user="many-peopl").text) - sizes[1]) / 10
    suggestion = (sizes[1] - sizes[0]) / 10 - trade
    # Each suggestion has one delivery here, and may have three reasons and one more.
    assert export_person.MAX_TRANSACTIONS * trade + export_person.MAX_SUGGESTIONS * 1.5 * suggestion < 5_500_000


def test_whoever_asks_to_be_erased_is(people: PeopleApi) -> None:
    answered = people.ask("DELETE", "/v1/me")
    assert (answered.status, answered.json) == (202, {"status": "erasing"})
    assert people.world.queue.requests == [ALICE]
    assert people.ask("DELETE", "/v1/me").status == 202

    people.world.work_off()
    assert people.world.traces_of(ALICE) == []
    assert len(people.world.traces_of(BOB)) == 4


def test_an_export_says_whether_emails_came_back(people: PeopleApi) -> None:
    assert people.ask("GET", "/v1/me/export").json["email_bounced"] is False
    people.world.recipients.mark_unusable(ALICE, contacts_of(ALICE)[1])
    assert people.ask("GET", "/v1/me/export").json["email_bounced"] is True
