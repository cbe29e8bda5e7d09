from __future__ import annotations

from typing import TYPE_CHECKING

from api_handlers.api import application
from api_handlers.app import Application
from api_handlers.routes import health
from divisa.services.check_health import Condition, Health
from tests.unit.api_handlers.requests import ask

if TYPE_CHECKING:
    import pytest


def test_a_monitor_needs_no_token_to_see_how_the_api_fares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_check", lambda: lambda: Health(Condition.OK, Condition.OK, ()))
    answered = ask(application, "GET", "/v1/health", user=None)

    assert (answered.status, answered.json["status"]) == (200, "ok")
    assert answered.headers["content-type"] == "application/json"
    assert answered.headers["x-content-type-options"] == "nosniff"


def test_an_unknown_path_is_a_problem_and_not_a_default_of_the_library() -> None:
    answered = ask(application, "GET", "/v1/nothing")

    assert answered.status == 404
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json["type"] == "urn:divisa:problem:not_found"


def test_a_wrong_method_is_answered_with_those_that_there_are() -> None:
    answered = ask(application, "PATCH", "/v1/health")

    assert (answered.status, answered.headers["allow"]) == (405, "GET")


def test_a_path_of_another_function_asked_by_another_method_says_which_it_has() -> None:
    answered = ask(Application(elsewhere={"/v1/prices": frozenset({"POST"})}), "TRACE", "/v1/prices", user=None)
    assert (answered.status, answered.headers["allow"]) == (405, "POST")
