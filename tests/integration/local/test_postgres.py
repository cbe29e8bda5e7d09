from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from divisa.domain.errors import LaptopCloudError
from local import postgres
from local.processes import PartState, Supervisor, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

pytestmark = pytest.mark.integration


def engine(home: Path, port: int) -> Engine:
    return create_engine(postgres.url(home, port), poolclass=NullPool)


def test_what_it_holds_survives_a_stop_and_a_start_and_a_session_does_not_hold_it_up(tmp_path: Path) -> None:
    supervisor, port = Supervisor(tmp_path), free_port()
    part = postgres.part(home=tmp_path / "data", port=port)
    try:
        supervisor.start(part)
        with engine(tmp_path / "data", port).begin() as connection:
            connection.execute(text("CREATE TABLE kept AS SELECT 'Ana' AS name"))
        with engine(tmp_path / "data", port).connect() as idle:
            idle.execute(text("SELECT 1"))
            supervisor.stop(postgres.NAME)
            idle.invalidate()
        supervisor.start(part)
        with engine(tmp_path / "data", port).connect() as connection:
            assert connection.execute(text("SELECT name FROM kept")).scalar_one() == "Ana"
            assert connection.execute(text("SHOW TimeZone")).scalar_one() == "UTC"
    finally:
        supervisor.stop(postgres.NAME)

    assert "was not properly shut down" not in (tmp_path / "logs" / "postgres.log").read_text(encoding="utf-8")
    assert supervisor.status(postgres.NAME).state is PartState.STOPPED


def test_only_who_can_read_its_folder_is_let_in(tmp_path: Path) -> None:
    supervisor, port, home = Supervisor(tmp_path), free_port(), tmp_path / "data"
    try:
        supervisor.start(postgres.part(home=home, port=port))
        address = postgres.url(home, port)
        stranger = create_engine(address.set(password="guess"), poolclass=NullPool)
        with pytest.raises(OperationalError, match="password authentication failed"):
            stranger.connect()
    finally:
        supervisor.stop(postgres.NAME)

    assert (home / "password").stat().st_mode & 0o077 == 0
    assert str(address.password) not in f"{address} {address!r}"


def test_where_it_was_never_started_it_has_no_address(tmp_path: Path) -> None:
    with pytest.raises(LaptopCloudError, match="never started"):
        postgres.url(tmp_path, free_port())
