from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import consumer
from divisa.domain.features import FEATURE_NAMES

if TYPE_CHECKING:
    import pytest


def test_what_is_measured_is_the_main_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every quote is believed and evaluates everybody, and what was suggested is on record."""
    monkeypatch.setattr(consumer, "USERS", 50)
    monkeypatch.setattr(consumer, "QUOTES", 40)

    measured = consumer.run()

    assert (measured["quotes"], measured["evaluations"]) == (40, 2000)
    assert measured["suggestions"] > 0
    assert measured["recorded"] == measured["suggestions"] + sum(measured["suppressed"].values())
    assert measured["quotes_per_s_without_model"] > 0


def test_the_stand_in_for_the_model_sells_above_cost_and_buys_below() -> None:
    features = np.zeros((3, len(FEATURE_NAMES)), dtype=np.float32)
    features[:, FEATURE_NAMES.index("log_price_over_cost")] = (-0.1, np.nan, 0.1)

    probabilities = consumer.by_cost(features)

    assert probabilities.argmax(axis=1)[[0, 2]].tolist() == [1, 2]
    assert np.allclose(probabilities.sum(axis=1), 1.0)
