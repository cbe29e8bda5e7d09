"""Who comes in: real tokens of the deployed user pool, and everything that only looks like one."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from local import accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.accounts import SignedIn
    from tests.integration.api.conftest import ApiCloud

pytestmark = pytest.mark.integration

PORTFOLIO = "/v1/portfolio"
FEED = "/v1/feeds/transactions/t.csv"


def decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def tampered(token: str, **claims: Any) -> str:
    header, payload, signature = token.split(".")
    return ".".join((header, encoded(decoded(payload) | claims), signature))


def unsigned(token: str) -> str:
    header, payload, _ = token.split(".")
    return ".".join((encoded(decoded(header) | {"alg": "none"}), payload, ""))


@pytest.fixture(scope="module")
def foreign_token(api_cloud: ApiCloud) -> Iterator[str]:
    """A real token of another user pool."""
    cognito = api_cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="another")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="alice", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="alice", Password="Another-word-1", Permanent=True)
    answer = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": "Another-word-1"},
    )
    yield answer["AuthenticationResult"]["AccessToken"]
    cognito.delete_user_pool(UserPoolId=pool)


@pytest.fixture(scope="module")
def expired_token(api_cloud: ApiCloud) -> str:
    """A token whose time is over. AWS gives none for less than five minutes; the laptop's pool does."""
    cognito = api_cloud.client("cognito-idp")
    deployment = api_cloud.running.deployment
    where = {"UserPoolId": deployment.user_pool_id, "ClientId": deployment.app_client_id}
    right = cognito.describe_user_pool_client(**where)["UserPoolClient"]
    kept = {name: right[name] for name in ("ExplicitAuthFlows", "AccessTokenValidity", "TokenValidityUnits")}
    units = {"AccessToken": "seconds", "IdToken": "seconds", "RefreshToken": "days"}
    cognito.update_user_pool_client(**where, **kept | {"AccessTokenValidity": 1, "TokenValidityUnits": units})
    try:
        token = api_cloud.sign_in("late").token
    finally:
        cognito.update_user_pool_client(**where, **kept)
    time.sleep(1.5)
    return token


def test_a_person_with_a_token_sees_a_portfolio(api_cloud: ApiCloud, alice: SignedIn) -> None:
    answered = api_cloud.ask("GET", PORTFOLIO, token=alice.token)

    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"] == "application/json"


def test_who_has_no_token_is_turned_away_by_the_gateway(api_cloud: ApiCloud) -> None:
    answered = api_cloud.ask("GET", PORTFOLIO)

    assert (answered.status_code, answered.json()) == (401, {"message": "Unauthorized"})
    assert answered.headers["content-type"] == "application/json"


def test_what_only_looks_like_a_token_opens_nothing(
    api_cloud: ApiCloud, alice: SignedIn, bob: SignedIn, foreign_token: str, expired_token: str
) -> None:
    header, payload, signature = alice.token.split(".")
    bad = {
        "garbage": "abc",
        "empty parts": "..",
        "another subject": tampered(alice.token, sub=bob.subject),
        "more scopes": tampered(alice.token, scope="divisa/feeds.write aws.cognito.signin.user.admin"),
        "a longer life": tampered(alice.token, exp=int(time.time()) + 86_400),
        "no algorithm": unsigned(alice.token),
        "another's signature": ".".join((header, payload, bob.token.split(".")[2])),
        "another pool": foreign_token,
        "its time is over": expired_token,
        "cut off": alice.token[:-8],
        "signature of nothing": ".".join((header, payload, signature[::-1])),
    }
    opened = {name: api_cloud.ask("GET", PORTFOLIO, token=token).status_code for name, token in bad.items()}

    assert opened == dict.fromkeys(bad, 401)


def test_a_token_lives_for_an_hour_at_most(api_cloud: ApiCloud, alice: SignedIn) -> None:
    claims = decoded(alice.token.split(".")[1])

    assert claims["exp"] - claims["iat"] <= 3600
    assert claims["token_use"] == "access"
    assert claims["sub"] == alice.subject


def test_an_id_token_is_no_access_token(api_cloud: ApiCloud, alice: SignedIn) -> None:
    kept = json.loads((api_cloud.home / accounts.ACCOUNTS).read_text())["people"][alice.person]
    answer = api_cloud.client("cognito-idp").initiate_auth(
        ClientId=api_cloud.running.deployment.app_client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": alice.person, "PASSWORD": kept["password"]},
    )
    answered = api_cloud.ask("GET", PORTFOLIO, token=answer["AuthenticationResult"]["IdToken"])

    assert answered.status_code in {401, 403}


def test_a_program_is_no_person_and_a_person_no_program(api_cloud: ApiCloud, alice: SignedIn, feeds_token: str) -> None:
    csv = {"Content-Type": "text/csv"}

    assert api_cloud.ask("GET", PORTFOLIO, token=feeds_token).status_code in {401, 403}
    assert api_cloud.ask("PUT", FEED, token=alice.token, headers=csv, content=b"a,b\n1,2\n").status_code in {401, 403}


def test_a_disabled_person_gets_no_new_token(api_cloud: ApiCloud) -> None:
    api_cloud.sign_in("frida")
    api_cloud.client("cognito-idp").admin_disable_user(
        UserPoolId=api_cloud.running.deployment.user_pool_id, Username="frida"
    )

    with pytest.raises(Exception, match="disabled"):
        api_cloud.sign_in("frida")


def test_passwords_and_tokens_are_kept_where_only_their_owner_reads_them(api_cloud: ApiCloud) -> None:
    found = accounts.login(api_cloud.running, api_cloud.sign_in("dora").person, home=api_cloud.home)

    for name in (accounts.ACCOUNTS, accounts.SESSION):
        assert (api_cloud.home / name).stat().st_mode & 0o777 == 0o600
    assert accounts.token(api_cloud.running, home=api_cloud.home) == found.token


def test_every_answer_of_the_function_has_the_security_headers(api_cloud: ApiCloud, alice: SignedIn) -> None:
    for method, path in (("GET", PORTFOLIO), ("GET", "/v1/health"), ("GET", "/nothing"), ("PATCH", "/v1/health")):
        headers = api_cloud.ask(method, path, token=alice.token).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["strict-transport-security"].startswith("max-age=")
        assert "'none'" in headers["content-security-policy"]


def test_web_pages_may_call_from_the_named_origin_only(api_cloud: ApiCloud) -> None:
    def preflight(origin: str) -> Any:
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        return api_cloud.ask("OPTIONS", PORTFOLIO, headers=asked).headers.get("access-control-allow-origin")

    assert preflight("http://localhost:3000") == "http://localhost:3000"
    assert preflight("https://elsewhere.example") is None


def test_a_user_who_asks_too_much_is_told_when_to_come_back(api_cloud: ApiCloud) -> None:
    eager = api_cloud.sign_in("eager")
    functions, name = api_cloud.client("lambda"), api_cloud.running.deployment.api_function_name
    right = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    slow = right | {"REQUESTS_PER_MINUTE": "3"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": slow})
    try:
        answers = [api_cloud.ask("GET", PORTFOLIO, token=eager.token) for _ in range(8)]
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": right})

    refused = [each for each in answers if each.status_code == 429]
    assert refused, [(each.status_code, each.text[:200]) for each in answers]
    for each in refused:
        assert each.headers["content-type"] == "application/problem+json"
        assert 1 <= int(each.headers["retry-after"]) <= 60
        assert each.json()["type"] == "urn:divisa:problem:throttled"


def test_the_log_of_requests_names_nobody(api_cloud: ApiCloud, alice: SignedIn) -> None:
    api_cloud.ask("GET", PORTFOLIO, token=alice.token)
    pages = api_cloud.client("logs").get_paginator("filter_log_events")
    group = f"/aws/lambda/{api_cloud.running.deployment.api_function_name}"
    log = "\n".join(event["message"] for page in pages.paginate(logGroupName=group) for event in page["events"])

    assert '"operation":"get_portfolio"' in log
    assert alice.subject not in log
    assert alice.token not in log
