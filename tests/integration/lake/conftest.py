"""One PostgreSQL for all tests of the folder that want one, and a database of its own for each of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import NullPool, create_engine, text

from lake.sinks.relational import RelationalSink
from lake.sinks.settings import RelationalSettings
from local import postgres
from local.processes import Supervisor, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Engine

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    home, port = tmp_path_factory.mktemp("postgres"), free_port()
    supervisor = Supervisor(home)
    supervisor.start(postgres.part(home=home / "data", port=port))
    try:
        yield postgres.url(home / "data", port)
    finally:
        supervisor.stop(postgres.NAME)


@pytest.fixture
def address(server: URL) -> URL:
    name = f"test_{next(_NUMBERS)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return server.set(database=name)


@pytest.fixture
def engine(address: URL) -> Engine:
    return create_engine(address, poolclass=NullPool)


@pytest.fixture
def sink(address: URL) -> RelationalSink:
    return RelationalSink.of(RelationalSettings(address))
