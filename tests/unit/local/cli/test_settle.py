"""`divisa settle`: what became of suggestions, made up for."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from divisa import bootstrap
from local import cloud
from local.cli import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.settings import OutcomesSettings
    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

ENVIRON = {
    "STAGE": "local",
    "TABLE_PREFIX": "divisa-local-",
    "CLOCK": "replay",
    "CLOCK_PARAMETER": "/divisa/local/clock",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, datetime]]:
    """Of which tables, by which clock and since when outcomes were asked for; seven are due, three at a time."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    calls: list[tuple[str, str, datetime]] = []
    left = [3, 3, 1]

    def opened(settings: OutcomesSettings) -> Callable[[int, datetime], int]:
        def write_due(at_most: int, since: datetime) -> int:
            assert at_most == settings.outcomes_per_run == 3
            calls.append((settings.table_prefix, settings.clock, since))
            return left.pop(0)

        return write_due

    monkeypatch.setattr(settle, "MOST", 3)
    monkeypatch.setattr(bootstrap, "settle_outcomes", opened)
    monkeypatch.setattr(cloud, "running", lambda: SimpleNamespace(environ=lambda: ENVIRON))
    return calls


@pytest.mark.parametrize(
    ("stage", "tables", "clock"),
    [((), "divisa-local-", "replay"), (("--stage", "prod"), "divisa-prod-", "system")],
)
def test_all_that_is_missing_since_a_day_is_written(
    divisa: Divisa, asked: list[tuple[str, str, datetime]], stage: tuple[str, ...], tables: str, clock: str
) -> None:
    answer = divisa("settle", "--since", "2024-01-05", *stage)
    assert (answer.code, answer.out) == (0, "7 outcomes written.\n")
    assert answer.err.splitlines() == [f"· {count} written so far" for count in (3, 6, 7)]
    assert asked == 3 * [(tables, clock, datetime(2024, 1, 5, tzinfo=UTC))]


def test_without_a_day_nothing_is_written(divisa: Divisa, asked: list[tuple[str, str, datetime]]) -> None:
    answer = divisa("settle")
    assert answer.code == 2
    assert "--since" in answer.err
    assert asked == []
