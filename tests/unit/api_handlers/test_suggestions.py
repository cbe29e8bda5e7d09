from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.pair import Pair
from divisa.domain.suggestion import Suppression
from tests.builders import WEDNESDAY, a_suggestion
from tests.unit.api_handlers.requests import ALICE, BOB

if TYPE_CHECKING:
    from tests.unit.api_handlers.people import PeopleApi
    from tests.unit.api_handlers.requests import Answered

PATH = "/v1/suggestions"


def respond(people: PeopleApi, suggestion_id: str, response: str, user: str = ALICE) -> Answered:
    return people.ask("POST", f"{PATH}/{suggestion_id}/response", body={"response": response}, user=user)


def newest(people: PeopleApi, user: str = ALICE) -> str:
    found: str = people.ask("GET", PATH, user=user).json["items"][0]["suggestion_id"]
    return found


def test_suggestions_are_listed_newest_first_with_their_reasons_in_words(people: PeopleApi) -> None:
    answered = people.ask("GET", PATH)
    assert answered.status == 200
    assert "next_cursor" not in answered.json
    first, *others = answered.json["items"]
    assert len(others) == 2
    assert first["created_at"] == "2024-01-10T15:02:00Z"
    assert (first["pair"], first["side"], first["amount"], first["price"]) == ("USD/MXN", "SELL", "100.00", "17.3512")
    assert first["reasons"] == [{"code": "above_cost", "number": 2.1, "text": "2.1% sobre tu costo medio"}]
    assert first["status"] == "open"
    assert not {"suppressed", "response", "responded_at"} & set(first)


def test_reasons_are_in_the_language_that_the_user_reads_now(people: PeopleApi) -> None:
    keep = people.world.keep_preferences
    recipient = keep.read(ALICE)
    english = type(recipient.language)("en")
    wishes = recipient.preferences
    keep.write(ALICE, type(wishes)(**{**{n: getattr(wishes, n) for n in wishes.__slots__}, "language": english}), 0)
    assert people.ask("GET", PATH).json["items"][0]["reasons"][0]["text"] == "2.1% above your average cost"
    assert people.ask("GET", PATH, user=BOB).json["items"][0]["reasons"][0]["text"] == "2.1% sobre tu costo medio"


def test_pages_follow_one_another_without_gap_or_repetition(people: PeopleApi) -> None:
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = people.ask("GET", PATH, query=query).json
        seen += [each["suggestion_id"] for each in page["items"]]
        if "next_cursor" not in page:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [each["suggestion_id"] for each in people.ask("GET", PATH).json["items"]]
    assert len(set(seen)) == 3


def test_a_cursor_of_somebody_else_shows_nothing_of_theirs(people: PeopleApi) -> None:
    cursor = people.ask("GET", PATH, query={"limit": "1"}, user=BOB).json["next_cursor"]
    mine = {each["suggestion_id"] for each in people.ask("GET", PATH).json["items"]}
    shown = people.ask("GET", PATH, query={"cursor": cursor}).json["items"]
    assert {each["suggestion_id"] for each in shown} <= mine


@pytest.mark.parametrize("cursor", ["AAAA", "a", "MTIz", "9" * 128])
def test_a_made_up_cursor_is_malformed(people: PeopleApi, cursor: str) -> None:
    answered = people.ask("GET", PATH, query={"cursor": cursor})
    assert (answered.status, answered.json["type"]) == (400, "urn:divisa:problem:malformed")


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "!"}, {"user_id": BOB}])
def test_a_wrong_query_is_refused(people: PeopleApi, query: dict[str, str]) -> None:
    assert people.ask("GET", PATH, query=query).status == 422


def test_a_suggestion_says_how_it_stands(people: PeopleApi) -> None:
    people.world.suggestions.insert(
        a_suggestion(
            user_id=ALICE,
            suggestion_id="ab" * 13,
            pair=Pair("USD", "BRL"),
            created_at=WEDNESDAY + timedelta(hours=1),
            expires_at=WEDNESDAY + timedelta(hours=2),
            suppressed=Suppression.NO_FUNDS,
            held_until=WEDNESDAY + timedelta(hours=8),
            channels=(),
        )
    )
    respond(people, newest(people, BOB), "accepted", BOB)
    people.world.clock.set(WEDNESDAY + timedelta(minutes=31))
    found = people.ask("GET", PATH).json["items"]
    assert [each["status"] for each in found] == ["suppressed", "open", "open", "expired"]
    assert (found[0]["held_until"], found[0]["suppressed"]) == ("2024-01-10T23:00:00Z", "no_funds")
    assert people.ask("GET", PATH, user=BOB).json["items"][0]["status"] == "answered"


UNTOLD: list[dict[str, Any]] = [
    {"suppressed": Suppression.HOLDOUT},
    {"suppressed": Suppression.COOLDOWN},
    {"suppressed": Suppression.MERGED},
    {"held_until": WEDNESDAY + timedelta(hours=8)},
]


@pytest.mark.parametrize("untold", UNTOLD)
def test_the_app_does_not_tell_what_is_held_out_or_may_be(people: PeopleApi, untold: dict[str, Any]) -> None:
    before = people.ask("GET", PATH).json
    suggestion = a_suggestion(
        user_id=ALICE, suggestion_id="ab" * 13, created_at=WEDNESDAY + timedelta(hours=2), channels=(), **untold
    )
    people.world.suggestions.insert(suggestion)
    assert people.ask("GET", PATH).json == before
    refused = respond(people, "ab" * 13, "accepted"), people.ask("POST", f"{PATH}/{'ab' * 13}/opened")
    unknown = respond(people, "cd" * 13, "accepted"), people.ask("POST", f"{PATH}/{'cd' * 13}/opened")
    assert [each.status for each in refused] == [each.status for each in unknown] == [404, 404]
    assert [each.json["detail"] for each in refused] == [each.json["detail"] for each in unknown]
    assert people.world.suggestions.find(ALICE, "ab" * 13) == suggestion
    [exported] = [
        each for each in people.ask("GET", "/v1/me/export").json["suggestions"] if each["suggestion_id"] == "ab" * 13
    ]
    assert exported["status"] in {"suppressed", "held"}


def test_pages_are_full_and_lead_on_past_what_is_not_told(people: PeopleApi) -> None:
    before = [each["suggestion_id"] for each in people.ask("GET", PATH).json["items"]]
    for number in range(6):
        people.world.suggestions.insert(
            a_suggestion(
                user_id=ALICE,
                suggestion_id=f"{number:026x}",
                created_at=WEDNESDAY + timedelta(seconds=30 * number - 15),
                **UNTOLD[number % len(UNTOLD)],
            )
        )
    seen: list[str] = []
    query: dict[str, str] = {"limit": "1"}
    while len(seen) < len(before):
        page = people.ask("GET", PATH, query=query).json
        seen += [each["suggestion_id"] for each in page["items"]]
        if len(seen) < len(before):
            query["cursor"] = page["next_cursor"]
    assert seen == before
    assert "next_cursor" not in page


def test_the_first_answer_counts(people: PeopleApi) -> None:
    suggestion_id = newest(people)
    people.world.clock.advance(timedelta(minutes=1))
    first = respond(people, suggestion_id, "dismissed")
    assert (first.status, first.json) == (
        200,
        {"suggestion_id": suggestion_id, "response": "dismissed", "responded_at": "2024-01-10T15:01:00Z"},
    )
    people.world.clock.advance(timedelta(minutes=1))
    again = respond(people, suggestion_id, "dismissed")
    assert (again.status, again.json) == (200, first.json)
    other = respond(people, suggestion_id, "accepted")
    assert (other.status, other.json["type"]) == (409, "urn:divisa:problem:answered")
    shown = people.ask("GET", PATH).json["items"][0]
    assert (shown["response"], shown["responded_at"]) == ("dismissed", "2024-01-10T15:01:00Z")


def test_somebody_elses_suggestion_is_not_found_and_not_answered(people: PeopleApi) -> None:
    suggestion_id = newest(people)
    theirs, unknown = respond(people, suggestion_id, "accepted", BOB), respond(people, "ab" * 13, "accepted", BOB)
    assert theirs.status == unknown.status == 404
    assert theirs.json["detail"] == unknown.json["detail"]
    assert "response" not in people.ask("GET", PATH).json["items"][0]


def test_the_first_opening_is_kept_and_shown(people: PeopleApi) -> None:
    suggestion_id = newest(people)
    path = f"{PATH}/{suggestion_id}/opened"
    people.world.clock.advance(timedelta(minutes=1))
    first = people.ask("POST", path)
    assert (first.status, first.json) == (200, {"suggestion_id": suggestion_id, "opened_at": "2024-01-10T15:01:00Z"})
    people.world.clock.advance(timedelta(days=1))
    again = people.ask("POST", path)
    assert (again.status, again.json) == (200, first.json)
    assert people.ask("GET", PATH).json["items"][0]["opened_at"] == "2024-01-10T15:01:00Z"
    assert people.ask("GET", "/v1/me/export").json["suggestions"][0]["opened_at"] == "2024-01-10T15:01:00Z"


def test_somebody_elses_suggestion_is_not_found_and_not_opened(people: PeopleApi) -> None:
    path = f"{PATH}/{newest(people)}/opened"
    assert people.ask("POST", path, user=BOB).status == 404
    assert people.ask("POST", f"{PATH}/{'ab' * 13}/opened").status == 404
    assert people.ask("POST", f"{PATH}/mine/opened").status == 422
    assert "opened_at" not in people.ask("GET", PATH).json["items"][0]


@pytest.mark.parametrize("response", ["ACCEPTED", "", "maybe"])
def test_another_word_is_refused(people: PeopleApi, response: str) -> None:
    assert respond(people, newest(people), response).status == 422
