from __future__ import annotations

import base64
import re
from dataclasses import replace
from hashlib import sha256

import pytest

from divisa.domain.recipient import Channel, Language
from divisa.services.unsubscribe import Subscription
from tests.unit.api_handlers.people import PeopleApi
from tests.unit.api_handlers.requests import ALICE, BOB, Answered

PATH = "/v1/unsubscribe"
ONE_CLICK = {"headers": {"content-type": "application/x-www-form-urlencoded"}, "body": "List-Unsubscribe=One-Click"}
EMAILS = Subscription(ALICE, Channel.EMAIL)


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> PeopleApi:
    made = PeopleApi()
    made.serve(monkeypatch)
    return made


def token_for(people: PeopleApi, subscription: Subscription = EMAILS) -> str:
    return people.world.tokens.issue(subscription)


def visit(people: PeopleApi, method: str, token: str, **more: object) -> Answered:
    return people.ask(method, PATH, user=None, query={"token": token}, **more)


def test_one_click_withdraws_consent_to_emails_and_nothing_else(people: PeopleApi) -> None:
    before = people.world.recipients.load(ALICE)
    others = people.world.recipients.load(BOB)

    answered = visit(people, "POST", token_for(people), **ONE_CLICK)

    assert (answered.status, answered.json) == (200, {"status": "unsubscribed"})
    left = replace(before, consent=before.consent - {Channel.EMAIL}, version=before.version + 1)
    assert people.world.recipients.load(ALICE) == left
    assert people.world.recipients.load(BOB) == others
    assert people.ask("GET", "/v1/preferences").json["consent"]["email"] is False


def test_a_second_click_changes_nothing_and_an_app_finds_the_new_version(people: PeopleApi) -> None:
    tag = people.ask("GET", "/v1/preferences").headers["etag"]
    for _ in range(3):
        assert visit(people, "POST", token_for(people), **ONE_CLICK).status == 200
    assert people.world.recipients.load(ALICE).version == 1
    assert people.ask("GET", "/v1/preferences").headers["etag"] != tag


@pytest.mark.parametrize("form", [None, b"--x\r\nContent-Disposition: form-data\r\n", "", "token=other"])
def test_the_form_is_not_looked_at(people: PeopleApi, form: str | bytes | None) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert visit(people, "POST", token_for(people), headers=headers, body=form).status == 200
    assert Channel.EMAIL not in people.world.recipients.load(ALICE).consent


def test_opening_the_link_asks_and_changes_nothing(people: PeopleApi) -> None:
    before, token = people.world.recipients.load(ALICE), token_for(people)

    shown = visit(people, "GET", token)

    assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'<form method="post" action="?token={token}"><button>No recibir más correos</button></form>' in shown.text
    assert '<html lang="es">' in shown.text
    assert people.world.recipients.load(ALICE) == before


def test_a_browser_is_told_in_the_persons_language_that_it_is_done(people: PeopleApi) -> None:
    people.world.recipients.put_many([replace(people.world.recipients.load(ALICE), language=Language.EN)])
    asked = visit(people, "GET", token_for(people))
    done = visit(people, "POST", token_for(people), headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert "Get no more emails?" in asked.text
    assert (done.status, done.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "We will send you no more emails" in done.text
    assert '<html lang="en">' in done.text
    assert "<form" not in done.text


def test_a_page_has_its_own_style_and_can_do_nothing_else(people: PeopleApi) -> None:
    shown = visit(people, "GET", token_for(people))
    found = re.search("<style>(.*)</style>", shown.text)
    assert found is not None
    digest = base64.b64encode(sha256(found[1].encode()).digest()).decode()
    assert shown.headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    assert shown.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_none_of_ours_does_nothing(people: PeopleApi, method: str) -> None:
    token = token_for(people)
    text, _, signature = token.partition(".")
    other, _, _ = token_for(people, Subscription(BOB, Channel.EMAIL)).partition(".")
    for forged in (f"{other}.{signature}", f"{text}.{'A' * 43}", f"{text}x.{signature}"):
        refused = visit(people, method, forged)
        assert (refused.status, refused.json["type"]) == (404, "urn:divisa:problem:not_found")
        assert ALICE not in refused.text
    for broken in ("", "x", text, f"{token}é", f"{token}<script>"):
        assert visit(people, method, broken).status == 422
    assert people.ask(method, PATH, user=None).status == 422
    assert Channel.EMAIL in people.world.recipients.load(ALICE).consent
    assert Channel.EMAIL in people.world.recipients.load(BOB).consent


def test_who_was_erased_stays_erased(people: PeopleApi) -> None:
    token = token_for(people)
    people.ask("DELETE", "/v1/me")
    people.world.work_off()
    assert visit(people, "GET", token).status == 200
    assert visit(people, "POST", token, **ONE_CLICK).status == 200
    assert people.world.recipients.get_many([ALICE]) == {}
