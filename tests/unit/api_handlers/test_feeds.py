"""Files for the lake, over HTTP."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from api_handlers.app import Application
from api_handlers.routes import feeds
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.feeds import MemoryFeeds
from divisa.domain.errors import StoreUnavailable
from divisa.services.take_feed import MAX_TAKEN, MAX_UPLOADED, TakeFeed
from tests.builders import WEDNESDAY
from tests.unit.api_handlers.requests import ask

if TYPE_CHECKING:
    from divisa.domain.feed import FeedFile
    from tests.unit.api_handlers.requests import Answered

PATH = "/v1/feeds/prices/2024-01-05.csv"
CONTENT = "pair,event_time,bid,ask\r\nUSD/MXN,2024-01-05T14:15:00Z,17.05,17.06\n# ñ\n"
SHA256 = hashlib.sha256(CONTENT.encode()).hexdigest()


@pytest.fixture
def landing(monkeypatch: pytest.MonkeyPatch) -> MemoryFeeds:
    memory = MemoryFeeds(ManualClock(WEDNESDAY))
    monkeypatch.setattr(feeds, "_take", lambda: TakeFeed(memory))
    return memory


def call(method: str, path: str = PATH, *, body: Any, media_type: str = "text/csv", **event: Any) -> Answered:
    event = {"scope": "divisa/feeds.write", **event}
    return ask(Application(feeds.router), method, path, body=body, headers={"Content-Type": media_type}, **event)


def put(body: Any = CONTENT, path: str = PATH, **event: Any) -> Answered:
    return call("PUT", path, body=body, **event)


def permit(body: Any, path: str = PATH, **event: Any) -> Answered:
    return call("POST", path, body=body, media_type="application/json", **event)


@pytest.mark.parametrize("content", [CONTENT, CONTENT.encode()])
def test_a_file_is_kept_byte_for_byte_and_described(landing: MemoryFeeds, content: str | bytes) -> None:
    answered = put(content)
    key = f"landing/prices/{SHA256}/2024-01-05.csv"
    assert answered.status == 201
    assert answered.json == {
        "dataset": "prices",
        "file": "2024-01-05.csv",
        "sha256": SHA256,
        "bytes": len(CONTENT.encode()),
        "key": key,
    }
    assert landing.landed == {key: CONTENT.encode()}
    assert put(content).text == answered.text
    assert len(landing.landed) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/v1/feeds/prices/..",
        "/v1/feeds/../a.csv",
        "/v1/feeds/prices/.csv",
        "/v1/feeds/prices/a..csv",
        "/v1/feeds/prices/a.b.csv",
        "/v1/feeds/prices/a.csv%00",
        "/v1/feeds/prices/%2e%2e%2fa.csv",
        "/v1/feeds/prices/a b.csv",
        "/v1/feeds/Prices/a.csv",
        "/v1/feeds/prices/a.exe",
        f"/v1/feeds/prices/{'a' * 100}.csv",
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_names_that_lead_elsewhere_are_refused(landing: MemoryFeeds, path: str, method: str) -> None:
    answered = put(path=path) if method == "PUT" else permit({"sha256": SHA256, "bytes": 1}, path)
    assert answered.status == 422, answered.text
    assert {each["field"] for each in answered.json["errors"]} <= {"path.dataset", "path.file"}
    assert landing.landed == {}


@pytest.mark.parametrize("path", ["/v1/feeds/prices/a/b.csv", "/v1/feeds/prices/../../a.csv", "/v1/feeds/prices"])
def test_a_path_of_another_depth_is_no_path(landing: MemoryFeeds, path: str) -> None:
    assert put(path=path).status == 404
    assert landing.landed == {}


@pytest.mark.parametrize(
    ("body", "event", "status"),
    [
        ("", {}, 422),
        (b"\xff\xfe", {}, 400),
        ("x", {"media_type": "application/json"}, 415),
        ("x", {"media_type": "text/csv; charset=latin-1"}, 415),
        ("x" * (MAX_TAKEN + 1), {}, 413),
    ],
)
def test_what_is_no_csv_of_a_fair_size_is_refused(
    landing: MemoryFeeds, body: Any, event: dict[str, Any], status: int
) -> None:
    answered = put(body, **event)
    assert answered.status == status, answered.text
    assert landing.landed == {}


def test_a_file_may_say_its_charset(landing: MemoryFeeds) -> None:
    assert put(media_type='text/csv; charset="UTF-8"').status == 201
    assert len(landing.landed) == 1


@pytest.mark.parametrize(
    ("event", "status"), [({"user": None}, 401), ({"scope": "aws.cognito.signin.user.admin"}, 403)]
)
def test_only_programs_with_the_scope_hand_in_files(landing: MemoryFeeds, event: dict[str, Any], status: int) -> None:
    assert put(**event).status == status
    assert permit({"sha256": SHA256, "bytes": 1}, **event).status == status
    assert landing.landed == {}


def test_a_large_file_is_permitted_to_be_uploaded(landing: MemoryFeeds) -> None:
    answered = permit({"sha256": SHA256, "bytes": MAX_UPLOADED})
    assert answered.status == 201
    assert answered.json == {
        "url": "memory://landing",
        "fields": {"key": f"landing/prices/{SHA256}/2024-01-05.csv"},
        "expires_at": "2024-01-10T15:15:00Z",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bytes": 0}, "body.bytes"),
        ({"bytes": MAX_UPLOADED + 1}, "body.bytes"),
        ({"bytes": "1"}, "body.bytes"),
        ({"bytes": 1.5}, "body.bytes"),
        ({"bytes": 10**30}, "body.bytes"),
        ({"sha256": SHA256.upper()}, "body.sha256"),
        ({"sha256": SHA256[1:]}, "body.sha256"),
        ({"sha256": None}, "body.sha256"),
        ({"key": "landing/x"}, "body.key"),
    ],
)
def test_a_permission_is_for_a_file_of_a_known_hash_and_size(
    landing: MemoryFeeds, changes: dict[str, Any], field: str
) -> None:
    answered = permit({"sha256": SHA256, "bytes": 1, **changes})
    assert answered.status == 422, answered.text
    assert [each["field"] for each in answered.json["errors"]] == [field]


def test_a_bucket_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(MemoryFeeds):
        def put(self, file: FeedFile, content: bytes) -> None:
            raise StoreUnavailable("the landing zone: SlowDown")

    monkeypatch.setattr(feeds, "_take", lambda: TakeFeed(Away(ManualClock(WEDNESDAY))))
    answered = put()
    assert (answered.status, "SlowDown" in answered.text) == (503, False)
