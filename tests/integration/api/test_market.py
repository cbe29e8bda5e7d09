"""Prices that providers deliver, charts, files for the lake and health, on the deployed API."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from client import signing

if TYPE_CHECKING:
    from local.accounts import SignedIn
    from tests.integration.api.conftest import ApiCloud
    from tests.integration.api.floor import Floor

pytestmark = pytest.mark.integration

CONTENT = 'pair,event_time,bid,ask\r\nUSD/MXN,2024-01-05T14:15:00Z,17.05,17.06\n# ñ "quoted"\n'.encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def deliver(
    api_cloud: ApiCloud,
    quotes: list[dict[str, Any]],
    *,
    key: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    """Deliver prices as the example provider, signed with its key; `headers` replace signed ones."""
    name = api_cloud.running.deployment.providers_secret_name
    stored = json.loads(api_cloud.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    body = json.dumps({"quotes": quotes}, indent=1).encode()
    secret = stored["example"].encode() if key is None else key
    signed = signing.headers("example", secret, str(int(time.time())), uuid.uuid4().hex, body) | (headers or {})
    return api_cloud.ask("POST", "/v1/prices", content=body, headers=signed | {"Content-Type": "application/json"})


def landed(api_cloud: ApiCloud) -> dict[str, bytes]:
    s3, bucket = api_cloud.client("s3"), api_cloud.running.deployment.lake_bucket_name
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix="landing/").get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def test_a_providers_price_becomes_the_quote_and_the_chart(api_cloud: ApiCloud, floor: Floor, alice: SignedIn) -> None:
    at = floor.prices.now().isoformat()
    quote = {"pair": "USD/BRL", "bid": "5.0010", "ask": "5.0030", "event_time": at, "sequence": 1}
    answered = deliver(api_cloud, [quote, quote | {"bid": 5.001}, quote])
    assert answered.status_code == 202, answered.text
    assert [each["status"] for each in answered.json()["results"]] == ["accepted", "rejected", "accepted"]

    deadline = time.monotonic() + 30
    while (found := api_cloud.ask("GET", "/v1/quotes/USD-BRL", token=alice.token)).status_code == 503:
        assert time.monotonic() < deadline, found.text
        time.sleep(0.2)
    assert (found.json()["bid"], found.json()["ask"]) == ("5.0010", "5.0030")
    for interval in ("1m", "1h", "1d"):
        chart = api_cloud.ask("GET", f"/v1/quotes/USD-BRL/history?interval={interval}", token=alice.token)
        assert [bar["close"] for bar in chart.json()["bars"]] == ["5.002000"]


def test_nobody_else_delivers_prices(api_cloud: ApiCloud) -> None:
    assert deliver(api_cloud, [{}], key=b"x" * 64).status_code == 401
    assert deliver(api_cloud, [{}], headers={"X-Divisa-Provider": "nobody"}).status_code == 401
    assert deliver(api_cloud, [{}], headers={"X-Divisa-Timestamp": str(int(time.time()) - 301)}).status_code == 401
    assert api_cloud.ask("POST", "/v1/prices", json={"quotes": [{}]}).status_code == 401


def test_a_message_counts_once(api_cloud: ApiCloud) -> None:
    first = deliver(api_cloud, [{}])
    again = api_cloud.http.send(first.request)
    assert (first.status_code, again.status_code) == (202, 409)
    assert again.json()["type"] == "urn:divisa:problem:replayed"


def test_a_file_lands_byte_for_byte_and_once(api_cloud: ApiCloud, feeds_token: str) -> None:
    csv = {"Content-Type": "text/csv"}
    for _ in range(2):
        answered = api_cloud.ask("PUT", "/v1/feeds/prices/a.csv", token=feeds_token, headers=csv, content=CONTENT)
        assert answered.status_code == 201, answered.text
        assert answered.json()["sha256"] == SHA256
    assert landed(api_cloud)[answered.json()["key"]] == CONTENT


def test_a_large_file_is_uploaded_by_a_form(api_cloud: ApiCloud, feeds_token: str) -> None:
    content = CONTENT * 100_000
    body = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    permit = api_cloud.ask("POST", "/v1/feeds/prices/large.csv", token=feeds_token, json=body).json()
    sent = httpx.post(permit["url"], data=permit["fields"], files={"file": content})
    assert sent.status_code == 204, sent.text
    assert landed(api_cloud)[permit["fields"]["key"]] == content
    assert httpx.post(permit["url"], data=permit["fields"], files={"file": content + b"x"}).status_code >= 400


def test_a_person_hands_in_no_files(api_cloud: ApiCloud, alice: SignedIn) -> None:
    for token, statuses in ((alice.token, {401, 403}), (None, {401})):
        answered = api_cloud.ask("PUT", "/v1/feeds/prices/b.csv", token=token, content=b"x")
        assert answered.status_code in statuses


def test_health_tells_how_old_prices_are_and_nothing_of_the_inside(api_cloud: ApiCloud) -> None:
    answered = api_cloud.ask("GET", "/v1/health")
    assert answered.status_code == 200, answered.text
    assert set(answered.json()) == {"status", "dependencies", "quotes"}
    assert answered.json()["dependencies"]["tables"] == "ok"
    assert {each["pair"] for each in answered.json()["quotes"]} == {"USD/BRL", "USD/MXN"}
