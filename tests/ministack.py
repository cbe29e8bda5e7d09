"""A MiniStack for the tests that need one: its own port, its own folder, ended with the session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.addresses import Addresses
from local.ministack import environment, process
from local.processes import Supervisor, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class BareMiniStack:
    """A MiniStack in which nothing is deployed."""

    addresses: Addresses
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint_url(self) -> str:
        return self.addresses.endpoint_url

    def environ(self) -> dict[str, str]:
        """What a process needs in its environment so that boto3 finds this MiniStack and nothing else."""
        return self.addresses.environ()

    def client(self, service: str) -> Any:
        """A boto3 client, made once and closed with the session."""
        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(service, **self.addresses.client_settings(service))
        return self._clients[service]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareMiniStack]:
    """One for the whole session: give what you make a name that no other test uses."""
    home = tmp_path_factory.mktemp("ministack")
    yield from _running(home)


@pytest.fixture
def ministack_environ(ministack: BareMiniStack, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Points every client that the test makes, PynamoDB's too, at the MiniStack."""
    for name, value in ministack.environ().items():
        monkeypatch.setenv(name, value)
    return ministack.environ()


def _running(home: Path) -> Iterator[BareMiniStack]:
    port = free_port()
    bare = BareMiniStack(Addresses(process.endpoint_url(port)))
    supervisor = Supervisor(home)
    supervisor.start(process.part(interpreter=environment.python(), home=home / "data", port=port))
    try:
        yield bare
    finally:
        bare.close()
        supervisor.stop(process.NAME)
