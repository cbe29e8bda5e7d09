"""What is kept of a person, over HTTP with a real token, until the person wants nothing of it kept."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws.tables import DEFINITIONS
from tests.builders import a_portfolio, a_recipient, a_watch

if TYPE_CHECKING:
    from local.accounts import SignedIn
    from tests.integration.api.conftest import ApiCloud

pytestmark = pytest.mark.integration

PHONE, EMAIL = "+525598765432", "carla-of-the-test@example.com"
TOKEN = "fcm:" + "carla" * 40
WANTED: dict[str, Any] = {
    "consent": {"sms": True, "email": False, "push": True},
    "channel_order": ["sms", "push", "email"],
    "language": "en",
    "time_zone": "America/Mexico_City",
    "quiet_hours": {"from": "22:30", "to": "07:00"},
    "weekly_cap": 3,
    "pairs": ["USD/MXN"],
    "alerts": [{"pair": "USD/MXN", "direction": "above", "price": "17.5"}],
}
PATIENCE = 60.0
"""Seconds in which a queue has surely been worked off."""


@pytest.fixture
def carla(api_cloud: ApiCloud) -> SignedIn:
    """Somebody of whom everything is kept."""
    carla = api_cloud.sign_in("carla")
    subject = carla.subject
    api_cloud.stores.recipients.put_many([a_recipient(subject, phone=PHONE, email=EMAIL)])
    api_cloud.stores.portfolios.put_many([a_portfolio(user_id=subject)])
    api_cloud.stores.watches.put_many([a_watch(subject)])
    return carla


def traces(api_cloud: ApiCloud, *secrets: str) -> set[tuple[str, str]]:
    """In which table which secret is found."""
    client, prefix = api_cloud.client("dynamodb"), api_cloud.running.deployment.table_prefix
    found = set()
    for definition in DEFINITIONS:
        pages = client.get_paginator("scan").paginate(TableName=prefix + definition.name)
        text = json.dumps([item for page in pages for item in page["Items"]], default=str)
        found |= {(definition.name, secret) for secret in secrets if secret in text}
    return found


def test_a_person_sets_preferences_takes_everything_along_and_is_erased(api_cloud: ApiCloud, carla: SignedIn) -> None:
    def ask(method: str, path: str, **more: Any) -> Any:
        return api_cloud.ask(method, path, token=carla.token, **more)

    tag = ask("GET", "/v1/preferences").headers["etag"]
    put = ask("PUT", "/v1/preferences", json=WANTED, headers={"If-Match": tag})
    assert (put.status_code, put.json()) == (200, WANTED), put.text
    assert ask("PUT", "/v1/preferences", json=WANTED, headers={"If-Match": tag}).status_code == 412
    device = ask("POST", "/v1/devices", json={"platform": "android", "token": TOKEN})
    assert device.status_code == 201, device.text
    assert ask("GET", "/v1/suggestions").json() == {"items": []}

    export = ask("GET", "/v1/me/export")
    assert export.status_code == 200, export.text
    found = export.json()
    assert (found["user_id"], found["phone"], found["preferences"]) == (carla.subject, PHONE, WANTED)
    assert found["devices"] == [device.json()]
    assert [each["pair"] for each in found["portfolios"]] == ["USD/MXN"]
    assert TOKEN not in export.text

    erased = ask("DELETE", "/v1/me")
    assert (erased.status_code, erased.json()) == (202, {"status": "erasing"}), erased.text
    assert traces(api_cloud, PHONE, EMAIL) == set()
    refused = ask("PUT", "/v1/preferences", json=WANTED, headers={"If-Match": '"0"'})
    assert refused.status_code in {401, 403, 409}, refused.text

    deadline = time.monotonic() + PATIENCE
    while (left := unerased(api_cloud)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left == []
    found_in = {table for table, _ in traces(api_cloud, carla.subject, PHONE, EMAIL, TOKEN)}
    assert found_in <= {"throttles"}  # the refused request's count, which goes with its minute


def unerased(api_cloud: ApiCloud) -> list[Any]:
    """The tombstones of people who are not erased yet."""
    prefix = api_cloud.running.deployment.table_prefix
    items = api_cloud.client("dynamodb").scan(TableName=f"{prefix}erasures")["Items"]
    assert items
    return [item for item in items if "erased_at" not in item]
