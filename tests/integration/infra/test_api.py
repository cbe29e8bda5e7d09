"""The API in the template: who comes in by which route, and that the routes are those of the document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from api_handlers.document import whole_document
from tests.integration.infra.template import of_type, referred

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration

AUTHORIZERS = {
    "user": ("UserAuthorizer", ["aws.cognito.signin.user.admin"]),
    "feeds": ("FeedsAuthorizer", ["divisa/feeds.write"]),
}
"""What API Gateway asks for, by the document's security scheme."""


def routes(resources: Resources) -> dict[str, dict[str, Any]]:
    """Every route by its key, but for the one that takes what no other does."""
    found = {each["RouteKey"]: each for each in of_type(resources, "ApiGatewayV2::Route").values()}
    del found["$default"]
    return found


def operations() -> dict[str, dict[str, Any]]:
    document = json.loads(whole_document())
    return {
        f"{method.upper()} {path}": each for path, item in document["paths"].items() for method, each in item.items()
    }


def test_the_routes_are_the_operations_of_the_document(resources: Resources) -> None:
    assert routes(resources).keys() == operations().keys()


def test_each_route_asks_for_the_token_that_its_operation_is_documented_with(resources: Resources) -> None:
    for key, operation in operations().items():
        route = routes(resources)[key]
        schemes = {name for scheme in operation.get("security", []) for name in scheme}
        wanted = next((AUTHORIZERS[name] for name in schemes if name in AUTHORIZERS), None)
        if wanted is None:
            assert route.get("AuthorizationType", "NONE") == "NONE", key
        else:
            asked = referred(route["AuthorizerId"]), route["AuthorizationScopes"]
            assert (route["AuthorizationType"], *asked) == ("JWT", *wanted), key


def test_what_no_route_names_is_answered_by_the_function_without_a_caller(resources: Resources) -> None:
    default = resources["DefaultRoute"]["Properties"]

    assert default["RouteKey"] == "$default"
    assert default.get("AuthorizationType", "NONE") == "NONE"


def test_a_token_for_people_is_none_for_programs_and_the_other_way_round(resources: Resources) -> None:
    audiences = {
        name: referred(each["JwtConfiguration"]["Audience"][0])
        for name, each in of_type(resources, "ApiGatewayV2::Authorizer").items()
    }

    assert audiences == {"UserAuthorizer": "AppClient", "FeedsAuthorizer": "FeedsClient"}


def test_only_the_webhook_reaches_the_function_of_prices(resources: Resources) -> None:
    reaching = {key for key, each in routes(resources).items() if "PricesIntegration" in json.dumps(each["Target"])}

    assert reaching == {"POST /v1/prices"}


def test_web_pages_may_call_from_named_origins_only_and_without_cookies(resources: Resources) -> None:
    cors = resources["HttpApi"]["Properties"]["CorsConfiguration"]

    assert cors["AllowOrigins"]
    assert "*" not in cors["AllowOrigins"]
    assert not cors.get("AllowCredentials")


def test_the_access_log_tells_no_address_and_nothing_of_a_request_but_its_route(resources: Resources) -> None:
    told = resources["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]

    assert json.loads(told)
    assert not [word for word in ("identity", "path", "claims", "querystring", "sub") if word in told]


def test_everybody_together_is_throttled_before_a_function_runs(resources: Resources) -> None:
    settings = resources["ApiStage"]["Properties"]["DefaultRouteSettings"]

    assert 0 < int(settings["ThrottlingRateLimit"]) <= int(settings["ThrottlingBurstLimit"])


def test_a_firewall_stands_before_the_api_on_aws(templates: dict[str, dict[str, Any]]) -> None:
    prod = templates["prod"]
    web_acl = prod["Resources"]["WebAcl"]

    assert web_acl["Condition"] == prod["Resources"]["Distribution"]["Condition"] == "HasEdge"
    assert {"Condition": "IsCloud"} in prod["Conditions"]["HasEdge"]["Fn::And"]
    assert web_acl["Properties"]["Scope"] == "CLOUDFRONT"
    assert any("RateBasedStatement" in rule["Statement"] for rule in web_acl["Properties"]["Rules"])


def test_nobody_makes_a_customer_of_himself_and_passwords_never_reach_the_app_client_on_aws(
    resources: Resources,
) -> None:
    pool, client = resources["UserPool"]["Properties"], resources["AppClient"]["Properties"]

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert client["ExplicitAuthFlows"][0] == {"Fn::If": ["IsCloud", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"]}
    assert client["GenerateSecret"] is False
    assert resources["FeedsClient"]["Properties"]["AllowedOAuthFlows"] == ["client_credentials"]
