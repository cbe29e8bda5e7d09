"""`divisa why` on a cloud that decides: what it says is what the functions did and will do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from math import exp
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def why(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.cli", "why", *arguments],
        env={**os.environ, "DIVISA_HOME": str(world.cloud.home), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_says_where_a_user_stands_and_what_the_price_must_do(world: World) -> None:
    ana = world.person("ana", cost="16.00")
    for number, cost in enumerate(("15.40", "16.20", "17.30")):
        world.person(f"other-{number}", cost=cost)
    world.publish(quote := world.quote("16.30"))
    world.cloud.settle()
    watch = world.watches()[ana.user_id]

    answer = why(world, ana.user_id, "--pair", "USD/MXN", "--json")

    assert (answer.returncode, answer.stderr) == (0, "")
    found: dict[str, Any] = json.loads(answer.stdout)
    assert found["quote"]["event_time"] == quote.event_time.isoformat()
    assert found["watch"]["holds"]
    assert found["watch"]["band"] == {"lower": exp(watch.band.lower), "upper": exp(watch.band.upper)}
    assert found["model"]["band"] == found["watch"]["band"]
    assert found["model"]["version"] == found["watch"]["model_version"] == watch.model_version
    assert [found[where]["decision"] for where in ("below", "model", "above")] == ["BUY", "HOLD", "SELL"]
    assert found["above"]["price"] == pytest.approx(16.00 * 1.03, rel=0.002)
    assert found["below"]["price"] == pytest.approx(16.00 * 0.97, rel=0.002)
    # The rule of this model reads nothing else.
    assert [each["feature"] for each in found["weights"]] == ["log_price_over_cost"]
    assert found["weights"][0]["words"] == "the price is 1.9 % above what the USD held cost on average"
    assert found["others"] >= 3
    assert not any(str(secret) in answer.stdout for secret in (ana.phone, ana.email))

    world.publish(world.quote(f"{found['above']['price'] + 0.002:.4f}"))
    world.cloud.settle()
    assert world.channels(ana) == ["email"]


def test_a_user_whom_nobody_knows_is_one_line(world: World) -> None:
    answer = why(world, "nobody", "--pair", "USD/MXN")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "there is no user nobody with a watch on USD/BRL or USD/MXN\n"
