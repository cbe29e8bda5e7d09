from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.api_handlers.requests import ALICE, BOB
from tests.unit.services.people import contacts_of

if TYPE_CHECKING:
    from tests.unit.api_handlers.people import PeopleApi
    from tests.unit.api_handlers.requests import Answered

PATH = "/v1/preferences"
WANTED: dict[str, Any] = {
    "consent": {"sms": False, "email": True, "push": True},
    "channel_order": ["sms", "email", "push"],
    "language": "en",
    "time_zone": "America/Sao_Paulo",
    "quiet_hours": {"from": "22:30", "to": "07:00"},
    "weekly_cap": 3,
    "pairs": ["USD/BRL"],
    "alerts": [
        {"pair": "USD/MXN", "direction": "above", "price": "17.5"},
        {"pair": "USD/BRL", "direction": "below", "price": "4.900001"},
    ],
}


def put(people: PeopleApi, body: Any, tag: str | None = '"0"', user: str = ALICE) -> Answered:
    return people.ask("PUT", PATH, body=body, headers={} if tag is None else {"If-Match": tag}, user=user)


def problems(answered: Answered) -> dict[str, str]:
    assert (answered.status, answered.json["type"]) == (422, "urn:divisa:problem:invalid"), answered.text
    return {each["field"]: each["problem"] for each in answered.json["errors"]}


def test_who_never_set_any_has_the_usual_ones(people: PeopleApi) -> None:
    answered = people.ask("GET", PATH, user="somebody-new")
    assert (answered.status, answered.headers["etag"]) == (200, '"0"')
    assert answered.json == {
        "consent": {"sms": False, "email": False, "push": False},
        "channel_order": ["push", "email", "sms"],
        "language": "es",
        "time_zone": "UTC",
        "weekly_cap": 14,
        "pairs": ["USD/BRL", "USD/MXN"],
        "alerts": [],
    }


def test_they_come_back_as_they_were_put_with_the_next_etag(people: PeopleApi) -> None:
    answered = put(people, WANTED)
    assert (answered.status, answered.headers["etag"], answered.json) == (200, '"1"', WANTED)
    again = people.ask("GET", PATH)
    assert (again.headers["etag"], again.json) == ('"1"', WANTED)

    fewer = {**WANTED, "pairs": [], "alerts": [], "weekly_cap": 0}
    del fewer["quiet_hours"]
    assert put(people, fewer, '"1"').json == fewer
    assert people.ask("GET", PATH).headers["etag"] == '"2"'


def test_what_delivery_reads_follows_and_contacts_stay(people: PeopleApi) -> None:
    put(people, WANTED)
    stored = people.world.recipients.load(ALICE)
    assert (stored.phone, stored.email) == contacts_of(ALICE)
    assert [channel.value for channel in stored.reachable()] == ["email", "push"]
    assert stored.language.value == "en"
    assert people.world.recipients.load(BOB).version == 0


@pytest.mark.parametrize("tag", ['"1"', '"00"', 'W/"0"', '"x"', '""', '"1", "2"', '"99999999999999999999"'])
def test_another_version_is_not_replaced(people: PeopleApi, tag: str) -> None:
    answered = put(people, WANTED, tag)
    assert (answered.status, answered.json["type"]) == (412, "urn:divisa:problem:precondition_failed")
    assert people.world.recipients.load(ALICE).version == 0


@pytest.mark.parametrize("tag", ["", "0", "*", '"0', "W/0", '"0" "1"', '"a"b"'])
def test_what_is_no_entity_tag_is_malformed(people: PeopleApi, tag: str) -> None:
    answered = put(people, WANTED, tag)
    assert (answered.status, answered.json["type"]) == (400, "urn:divisa:problem:malformed")


def test_one_of_several_tags_may_be_the_present_one(people: PeopleApi) -> None:
    assert put(people, WANTED, '"7" , W/"0","0"').status == 200


def test_nothing_is_replaced_without_if_match(people: PeopleApi) -> None:
    answered = put(people, WANTED, None)
    assert (answered.status, answered.json["type"]) == (428, "urn:divisa:problem:precondition_required")


def test_of_two_who_read_the_same_version_the_second_is_told(people: PeopleApi) -> None:
    keep = people.world.keep_preferences
    read = keep.recipients.load

    def overtaken(user_id: str) -> Any:
        found = read(user_id)
        keep.recipients.load = read  # type: ignore[method-assign]
        keep.write(user_id, found.preferences, found.version)
        return found

    keep.recipients.load = overtaken  # type: ignore[method-assign]
    assert put(people, WANTED).status == 412
    assert people.world.recipients.load(ALICE).version == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "body.time_zone"),
        ({"time_zone": "America"}, "body.time_zone"),
        ({"time_zone": "../../etc/passwd"}, "body.time_zone"),
        ({"time_zone": "UTC\x00"}, "body.time_zone"),
        ({"time_zone": ""}, "body.time_zone"),
        ({"time_zone": "A" * 65}, "body.time_zone"),
        ({"quiet_hours": {"from": "22:30", "to": "22:30"}}, "body.quiet_hours"),
        ({"quiet_hours": {"from": "24:00", "to": "07:00"}}, "body.quiet_hours.from"),
        ({"quiet_hours": {"from": "22:30:00", "to": "07:00"}}, "body.quiet_hours.from"),
        ({"quiet_hours": {"from": "22:30"}}, "body.quiet_hours.to"),
        ({"quiet_hours": None}, "body.quiet_hours"),
        ({"weekly_cap": 51}, "body.weekly_cap"),
        ({"weekly_cap": -1}, "body.weekly_cap"),
        ({"weekly_cap": True}, "body.weekly_cap"),
        ({"weekly_cap": "3"}, "body.weekly_cap"),
        ({"pairs": ["USD/EUR"]}, "body.pairs"),
        ({"pairs": ["USD/MXN", "USD/MXN"]}, "body.pairs"),
        ({"pairs": ["usd/mxn"]}, "body.pairs.0"),
        ({"alerts": [{"pair": "USD/EUR", "direction": "above", "price": "1.1"}]}, "body.alerts.0.pair"),
        ({"alerts": [{"pair": "USD/MXN", "direction": "up", "price": "1.1"}]}, "body.alerts.0.direction"),
        ({"alerts": [{"pair": "USD/MXN", "direction": "above", "price": 17.5}]}, "body.alerts.0.price"),
        ({"alerts": [{"pair": "USD/MXN", "direction": "above", "price": "1e3"}]}, "body.alerts.0.price"),
        ({"alerts": [{"pair": "USD/MXN", "direction": "above", "price": "0"}]}, "body.alerts.0.price"),
        ({"alerts": [{"pair": "USD/MXN", "direction": "above", "price": "9" * 10_000}]}, "body.alerts.0.price"),
        ({"alerts": [WANTED["alerts"][0]] * 2}, "body.alerts.1"),
        ({"alerts": [WANTED["alerts"][0]] * 21}, "body.alerts"),
        ({"language": "fr"}, "body.language"),
        ({"channel_order": ["email", "push"]}, "body.channel_order"),
        ({"channel_order": ["email", "push", "push"]}, "body.channel_order"),
        ({"channel_order": ["email", "push", "sms", "email"]}, "body.channel_order"),
        ({"channel_order": ["email", "push", "fax"]}, "body.channel_order.2"),
        ({"channel_order": None}, "body.channel_order"),
        ({"consent": {"sms": 1, "email": True, "push": True}}, "body.consent.sms"),
        ({"consent": {"sms": True, "email": True}}, "body.consent.push"),
        ({"phone": "+525512345678"}, "body.phone"),
        ({"email": "ana@example.com"}, "body.email"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(people: PeopleApi, change: Any, field: str) -> None:
    answered = put(people, {**WANTED, **change})
    assert list(problems(answered)) == [field]
    assert people.world.recipients.load(ALICE).version == 0


def test_every_wrong_field_is_named_at_once_without_its_value(people: PeopleApi) -> None:
    quiet = {"from": "01:00", "to": "01:00"}
    answered = put(people, {**WANTED, "time_zone": "Mars/Olympus", "pairs": ["USD/EUR"], "quiet_hours": quiet})
    assert set(problems(answered)) == {"body.time_zone", "body.pairs", "body.quiet_hours"}
    assert "Mars" not in answered.text
    assert "EUR" not in answered.text
