from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.api_handlers.requests import ALICE, BOB
from tests.unit.services.people import token_of

if TYPE_CHECKING:
    from tests.unit.api_handlers.people import PeopleApi

PATH = "/v1/devices"
PHONE = {"platform": "ios", "token": "0123456789abcdef" * 4}


def test_a_device_is_registered_once_and_its_token_is_never_shown(people: PeopleApi) -> None:
    first = people.ask("POST", PATH, body=PHONE)
    assert first.status == 201
    assert set(first.json) == {"device_id", "platform", "registered_at"}
    again = people.ask("POST", PATH, body=PHONE)
    assert (again.status, again.json) == (200, first.json)

    listed = people.ask("GET", PATH)
    assert first.json in listed.json["items"]
    assert len(listed.json["items"]) == 2
    for answered in (first, again, listed):
        assert PHONE["token"] not in answered.text
        assert token_of(ALICE) not in answered.text


def test_a_device_is_taken_off_by_its_owner_and_nobody_else(people: PeopleApi) -> None:
    device_id = people.ask("POST", PATH, body=PHONE).json["device_id"]
    assert people.ask("DELETE", f"{PATH}/{device_id}", user=BOB).status == 404
    gone = people.ask("DELETE", f"{PATH}/{device_id}")
    assert (gone.status, gone.text) == (204, "")
    assert people.ask("DELETE", f"{PATH}/{device_id}").status == 404
    assert [each["platform"] for each in people.ask("GET", PATH).json["items"]] == ["android"]


def test_the_same_phone_of_two_users_is_two_devices(people: PeopleApi) -> None:
    ids = {people.ask("POST", PATH, body=PHONE, user=user).json["device_id"] for user in (ALICE, BOB)}
    assert len(ids) == 2


def test_there_are_ten_devices_at_most(people: PeopleApi) -> None:
    def register(number: int) -> Any:
        return people.ask("POST", PATH, body={"platform": "ios", "token": f"{number:064x}"})

    assert [register(number).status for number in range(9)] == [201] * 9
    refused = register(9)
    assert (refused.status, refused.json["type"]) == (409, "urn:divisa:problem:too_many_devices")
    assert register(0).status == 200
    assert len(people.ask("GET", PATH).json["items"]) == 10


@pytest.mark.parametrize(
    "body",
    [
        {"platform": "ios", "token": "x" * 64},
        {"platform": "ios", "token": "ab" * 16},
        {"platform": "android", "token": "short"},
        {"platform": "android", "token": "a b" * 50},
        {"platform": "android", "token": "x" * 4097},
        {"platform": "windows", "token": "ab" * 32},
        {"platform": "ios", "token": 7},
        {"platform": "ios"},
        {**PHONE, "user_id": BOB},
    ],
)
def test_what_is_no_token_of_the_platform_is_refused_and_not_repeated(people: PeopleApi, body: Any) -> None:
    answered = people.ask("POST", PATH, body=body)
    assert answered.status == 422
    if len(str(body.get("token", ""))) > 6:
        assert str(body["token"]) not in answered.text
    assert len(people.ask("GET", PATH).json["items"]) == 1


@pytest.mark.parametrize("device_id", ["x", "A" * 26, "0" * 2000, "%2e%2e"])
def test_what_is_no_id_is_refused(people: PeopleApi, device_id: str) -> None:
    assert people.ask("DELETE", f"{PATH}/{device_id}").status in {404, 422}
