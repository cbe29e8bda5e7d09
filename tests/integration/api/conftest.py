"""One laptop cloud for all tests of the API, and callers with real tokens of its user pool."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest

from divisa.adapters.aws import clients
from local import accounts, cloud
from local.live_prices import await_prices, live_prices
from local.rule_model import make_rule_model
from local.stores import open_stores
from tests.builders import USD_MXN, WEDNESDAY
from tests.integration.api.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from local.accounts import SignedIn
    from local.cloud import LaptopCloud
    from local.stores import Stores


def quietly(_: str) -> None:
    """Takes no notice of progress."""


@dataclass(frozen=True)
class ApiCloud:
    """The deployed API, and everything behind it."""

    home: Path
    running: LaptopCloud
    stores: Stores
    http: httpx.Client
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return accounts.api_url(self.running)

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud, made once."""
        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(service, **self.running.addresses.client_settings(service))
        return self._clients[service]

    def sign_in(self, person: str) -> SignedIn:
        """Somebody new, or somebody again, with a fresh token."""
        accounts.open_sign_ins(self.running, [person], home=self.home)
        return accounts.sign_in(self.running, person, home=self.home)

    def ask(
        self, method: str, path: str, *, token: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """One request over HTTP; `more` are httpx's own arguments."""
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self.http.request(method, self.base_url + path, headers={**sent, **(headers or {})}, **more)

    def close(self) -> None:
        self.http.close()
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="package")
def api_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiCloud]:
    """Deployed from the template, without a model: nobody is told anything. It is whatever time the wall says."""
    home = tmp_path_factory.mktemp("api")
    try:
        running = cloud.up(model=None, say=quietly, home=home)
        with pytest.MonkeyPatch.context() as environment:
            for name in running.environ():  # so that other tests get their environment back
                environment.setenv(name, "")
            found = ApiCloud(home, running, open_stores(running), httpx.Client(timeout=30.0))
            yield found
            found.close()
    finally:
        cloud.down(say=quietly, home=home)


@pytest.fixture(scope="package")
def base_url(api_cloud: ApiCloud) -> str:
    """Where the API answers."""
    return api_cloud.base_url


@pytest.fixture(scope="package")
def alice(api_cloud: ApiCloud) -> SignedIn:
    """A user."""
    return api_cloud.sign_in("alice")


@pytest.fixture(scope="package")
def bob(api_cloud: ApiCloud) -> SignedIn:
    """Another user, who has nothing to do with the first."""
    return api_cloud.sign_in("bob")


@pytest.fixture(scope="package")
def feeds_token(api_cloud: ApiCloud) -> str:
    """The token of the program that hands in files."""
    return accounts.feeds_token(api_cloud.running)


@pytest.fixture(scope="package")
def floor(api_cloud: ApiCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """The same cloud with a model, on a Wednesday: the market is open, and a dollar costs 17 pesos."""
    cloud.up(model=make_rule_model(tmp_path_factory.mktemp("rule-model")), say=quietly, home=api_cloud.home)
    running, stores = api_cloud.running, api_cloud.stores
    mids = {USD_MXN: Decimal("17.00")}
    parameter = running.deployment.clock_parameter_name
    with live_prices(stores.stream, clients.ssm(), parameter, mids, at=WEDNESDAY) as prices:
        await_prices(stores.markets, prices, frozenset(mids))
        floor = Floor(running, api_cloud.home, stores, prices)
        floor.warm_up()
        yield floor
        floor.close()
