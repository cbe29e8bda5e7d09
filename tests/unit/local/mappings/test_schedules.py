from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import LaptopCloudError
from local.mappings.clients import clients_from
from local.mappings.schedules import Schedules, rate_seconds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(5 minutes)", 300),
        ("rate(1 hour)", 3_600),
        ("rate(2 days)", 172_800),
        ("rate(1 fortnight)", None),
        ("cron(0 3 * * ? *)", None),
        ("at(2024-01-10T15:00:00)", None),
        ("", None),
    ],
)
def test_a_rate_is_read_and_any_other_schedule_is_none(expression: str, seconds: int | None) -> None:
    assert rate_seconds(expression) == seconds


@pytest.mark.parametrize("content", ["{", "3", "[[]"])
def test_a_damaged_list_of_owned_schedules_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "schedules.json").write_text(content)

    with pytest.raises(LaptopCloudError, match=r"schedules\.json cannot be read"):
        Schedules(clients_from({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}), tmp_path / "schedules.json")
