from __future__ import annotations

import numpy as np

from model.baselines.base_rate import fit_base_rate
from model.baselines.baseline import rates_of
from tests.unit.model.baselines.builders import features, rows_of


def test_everybody_gets_the_weighted_shares_of_the_classes() -> None:
    found = fit_base_rate(rows_of(features(4), [0, 0, 1, 2], [1.0, 1.0, 6.0, 2.0]))

    p = found.probabilities(features(3))
    assert np.allclose(p, [0.2, 0.6, 0.2], atol=1e-4)
    assert p.shape == (3, 3)
    assert found.scores(features(3)).shape == (3, 2)
    assert found.chosen == {}


def test_what_never_happened_is_not_impossible() -> None:
    rates = rates_of(np.array([[9.0, 0.0, 1.0], [5.0, 5.0, 0.0]]))

    assert (rates > 0).all()
    assert np.allclose(rates.sum(axis=1), 1.0)
    assert np.allclose(rates, [[0.9, 0.0, 0.1], [0.5, 0.5, 0.0]], atol=1e-3)
