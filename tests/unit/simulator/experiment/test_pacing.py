from __future__ import annotations

import numpy as np
import pytest

from simulator.experiment.pacing import FIRST, Pace


def sent_under(pace: Pace, scores: np.ndarray, wanted: np.ndarray) -> int:
    """Messages of days on which whoever scores over the threshold is told."""
    total = 0
    for day, count in zip(scores, wanted, strict=True):
        sent = int((day >= pace.threshold).sum())
        pace.count(sent, int(count))
        total += sent
    return total


@pytest.mark.parametrize("typical", [0.02, 0.1, 0.4])
def test_whatever_scores_look_like_the_count_is_kept_to_a_fiftieth(typical: float) -> None:
    rng = np.random.default_rng(7)
    logits = rng.normal(np.log(typical / (1 - typical)), 1.0, (800, 500))
    wanted = rng.poisson(20, 800)
    assert sent_under(Pace(20.0), 1 / (1 + np.exp(-logits)), wanted) == pytest.approx(wanted.sum(), rel=0.02)


def test_a_count_that_comes_in_bursts_is_kept_too() -> None:
    rng = np.random.default_rng(8)
    scores = rng.uniform(0, 0.5, (800, 500))
    wanted = np.where(np.arange(800) % 50 < 5, 200, 0)
    assert sent_under(Pace(20.0), scores, wanted) == pytest.approx(wanted.sum(), rel=0.03)


def test_it_begins_at_the_first_threshold_and_grows_while_messages_are_ahead() -> None:
    pace = Pace(10.0)
    assert pace.threshold == pytest.approx(FIRST)
    pace.count(sent=50, wanted=10)
    ahead = pace.threshold
    assert ahead > FIRST
    pace.count(sent=0, wanted=60)
    assert pace.threshold < FIRST


def test_it_stays_between_nought_and_one() -> None:
    pace = Pace(1.0)
    pace.count(sent=10_000_000, wanted=0)
    assert 0.999 < pace.threshold < 1
    pace.count(sent=0, wanted=1_000_000_000)
    assert 0 < pace.threshold < 0.001
