from __future__ import annotations

import json
from typing import Any

import pytest

from local.experiment.report import COLUMNS, estimate, summary, table_of
from local.experiment.seed import FIXED_ALERT, MODEL, ORACLE, POLICIES
from local.home import ROOT

RATES = {FIXED_ALERT: 0.1, MODEL: 0.4, ORACLE: 0.5}


def a_seed(number: int, shift: float = 0.0) -> dict[str, Any]:
    """A thousand messages each; the model's conversions shifted."""
    tallies = {}
    for name in POLICIES:
        rate = RATES.get(name, 0.2) + (shift if name == MODEL else 0.0)
        conversions = round(1000 * rate)
        tallies[name] = {
            "messages": 1000,
            "conversions": conversions,
            "added": conversions / 2,
            "opt_outs": 12 if name == MODEL else 15,
            "left": 3,
            "gain": -0.001 * conversions,
        }
    training = {"log_loss": 0.17, "base_rate_log_loss": 0.24, "ece": 0.007, "rows": 250_000}
    return {"seed": number, "alert": "2 %", "cross": "week", "training": training, "tallies": tallies}


def test_an_interval_is_students() -> None:
    # Mean 3, standard deviation sqrt(2.5), 2.776 for four degrees of freedom.
    found = estimate([1.0, 2.0, 3.0, 4.0, 5.0])
    reach = 2.776445 * (2.5 / 5) ** 0.5
    assert (found.mean, found.low, found.high) == pytest.approx((3.0, 3 - reach, 3 + reach))


def test_one_seed_has_no_interval() -> None:
    document = summary([a_seed(1)])
    assert document["policies"][MODEL]["ci95"] is None
    assert table_of(document)[POLICIES.index(MODEL)][2] == "40.00 %"


def test_policies_are_compared_within_each_seed() -> None:
    model = summary([a_seed(1, -0.05), a_seed(2, 0.05)])["policies"][MODEL]
    assert model["messages"] == 2000
    assert model["conversions_per_message"] == pytest.approx(0.4)
    assert model["times_alert"] == pytest.approx(4.0)
    assert model["share_of_oracle"] == pytest.approx(0.8)
    assert model["regret"] == pytest.approx(0.1)
    assert model["opt_outs_over_alert"] == pytest.approx(-0.003)
    assert model["gain_net_of_spread"] == pytest.approx(-0.001)
    low, high = model["ci95"]
    assert low < 0.35 < 0.45 < high


def test_the_oracle_is_all_of_itself_and_has_no_regret() -> None:
    oracle = summary([a_seed(1), a_seed(2)])["policies"][ORACLE]
    assert (oracle["share_of_oracle"], oracle["regret"]) == (1.0, 0.0)


def test_the_table_has_a_row_a_policy() -> None:
    rows = table_of(summary([a_seed(1), a_seed(2)]))
    assert [row[0] for row in rows] == [name.replace("_", " ") for name in POLICIES]
    assert all(len(row) == 1 + len(COLUMNS) for row in rows)


def test_the_page_has_the_table_of_the_kept_results() -> None:
    document = json.loads((ROOT / "bench" / "results" / "experiment.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "experiment.md").read_text(encoding="utf-8").splitlines()
    for row in (("Policy", *COLUMNS), *table_of(document)):
        assert f"| {' | '.join(row)} |" in page
