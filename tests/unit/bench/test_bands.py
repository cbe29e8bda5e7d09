from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from bench import bands as bench
from divisa.domain.features import FEATURE_NAMES
from model.bands import bands, flatten
from model.promotion.reference import disagreements

if TYPE_CHECKING:
    from pathlib import Path


@cache
def small() -> bench.Model:
    """A model of few trees in the place of the trained one."""
    chances = np.random.default_rng(0)
    features = chances.normal(scale=0.1, size=(900, len(FEATURE_NAMES)))
    labels = np.digitize(features[:, 0] - features[:, 4] + chances.normal(scale=0.05, size=900), [-0.1, 0.1])
    with threadpool_limits(1):
        classifier = HistGradientBoostingClassifier(max_iter=4, early_stopping=False).fit(features, labels)
    return bench.Model(classifier, flatten(classifier), 1.0, (0.5, 0.5))


def test_the_figures_are_written_with_what_they_were_checked_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results" / "bands.json"
    monkeypatch.setattr(bench, "trained", small)
    monkeypatch.setattr(sys, "argv", ["bands", "--users", "60", "--out", str(out)])

    bench.main()

    figures = json.loads(out.read_text(encoding="utf-8"))
    assert {"at", "on", "users_per_s", "predict_per_s", "ratio", "one_user_us"} <= figures.keys()
    assert (figures["users"], figures["trees"], figures["mismatches"]) == (60, 12, 0)
    assert figures["edges"] > 0
    assert json.loads(capsys.readouterr().out)["ratio"] == figures["ratio"]


@pytest.mark.parametrize("towards", [-np.inf, np.inf])
def test_an_edge_that_is_off_by_one_float_is_counted(towards: float) -> None:
    model = small()
    users = bench.users_at(model.ensemble, 60, None)
    told = bands(model.ensemble, model.temperature, model.thresholds, *users)

    finite = np.isfinite(told.upper)
    off = told._replace(upper=np.where(finite, np.nextafter(told.upper, towards), told.upper))

    assert disagreements(model.reference, users, told).mismatches == 0
    assert disagreements(model.reference, users, off).mismatches == finite.sum() > 0


def test_ticks_of_a_file_are_the_prices(tmp_path: Path) -> None:
    quotes = tmp_path / "prices.csv"
    quotes.write_text(
        "pair,event_time,bid,ask\nUSD/MXN,2024-03-04T14:00:00Z,17.00,17.02\nUSD/MXN,2024-03-04T14:01:00Z,17.10,17.12\n",
        encoding="utf-8",
    )

    users = bench.users_at(small().ensemble, 40, quotes)

    assert set(np.exp(users.x).round(6).tolist()) == {17.01, 17.11}
