from __future__ import annotations

import traceback

import pytest

from divisa.domain.errors import InvalidSetting
from lake.sinks.settings import RelationalSettings


def test_a_password_is_kept_and_never_shown() -> None:
    settings = RelationalSettings.from_environment({"RELATIONAL_URL": "postgresql+psycopg://ana:quiet@db/lake"})
    assert settings.relational_url.password == "quiet"
    assert "quiet" not in f"{settings} {settings!r}"


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({}, "RELATIONAL_URL: is missing"),
        ({"RELATIONAL_URL": ""}, "RELATIONAL_URL: is missing"),
        ({"RELATIONAL_URL": "ana:quiet at db"}, "RELATIONAL_URL: is no address of a database"),
        ({"RELATIONAL_URL": "postgresql://ana:quiet@db:port/lake"}, "RELATIONAL_URL: is no address of a database"),
        ({"RELATIONAL_URL": "sqlite:///quiet.db"}, "RELATIONAL_URL: is of none of postgresql, mysql"),
    ],
)
def test_a_wrong_address_is_told_without_it(environment: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidSetting) as told:
        RelationalSettings.from_environment(environment)
    assert str(told.value) == problem
    assert told.value.__cause__ is None
    assert "quiet" not in "".join(traceback.format_exception(told.value)).replace("quiet.db", "")
