from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.domain.features import Question
from model.bands import Bands, bands, scores
from model.bands.line import edges_on_line
from model.bands.rule import probabilities
from tests.around import around
from tests.unit.model.bands.builders import KINDS, Fitted, fitted, random_users, said_by_sklearn, true_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.slow

MODELS = st.builds(fitted, st.sampled_from(sorted(KINDS)), missing=st.booleans())
SEEDS = st.integers(0, 2**32 - 1)
TEMPERATURES = st.sampled_from([0.1, 0.7, 1.0, 3.0])


@st.composite
def thresholds_of(draw: st.DrawFn) -> tuple[float, float]:
    return draw(st.floats(0.02, 0.95)), draw(st.floats(0.02, 0.95))


def same(one: Bands, other: Bands) -> bool:
    return all(np.array_equal(getattr(one, column), getattr(other, column)) for column in Bands._fields)


@settings(max_examples=60, deadline=None)
@given(model=MODELS, seed=SEEDS, temperature=TEMPERATURES, thresholds=thresholds_of())
def test_a_band_is_where_scikit_learn_itself_would_say_the_same(
    model: Fitted, seed: int, temperature: float, thresholds: tuple[float, float]
) -> None:
    users = random_users(model.ensemble, seed)

    told = bands(model.ensemble, temperature, thresholds, *users)

    assert np.array_equal(told.decision, said_by_sklearn(model.classifier, users, temperature, thresholds))
    assert (told.lower.tolist(), told.upper.tolist()) == true_bands(model, users, temperature, thresholds)


@settings(max_examples=30, deadline=None)
@given(model=MODELS, seed=SEEDS, temperature=TEMPERATURES)
def test_thresholds_that_are_met_to_the_last_bit_are_decided_as_by_scikit_learn(
    model: Fitted, seed: int, temperature: float
) -> None:
    users = random_users(model.ensemble, seed)
    p = probabilities(scores(model.ensemble, *users), temperature)
    thresholds = (max(float(p[0, 1]), 1e-100), max(float(p[1, 2]), 1e-100))

    told = bands(model.ensemble, temperature, thresholds, *users)

    assert np.array_equal(told.decision, said_by_sklearn(model.classifier, users, temperature, thresholds))
    assert (told.lower.tolist(), told.upper.tolist()) == true_bands(model, users, temperature, thresholds)


@settings(max_examples=60, deadline=None)
@given(model=MODELS, seed=SEEDS, temperature=TEMPERATURES, thresholds=thresholds_of(), met=st.booleans())
def test_how_far_a_side_goes_on_is_what_asking_beyond_each_edge_tells(
    model: Fitted, seed: int, temperature: float, thresholds: tuple[float, float], met: bool
) -> None:
    users = random_users(model.ensemble, seed)
    if met:
        p = probabilities(scores(model.ensemble, *users), temperature)
        thresholds = (max(float(p[0, 1]), 1e-100), max(float(p[1, 2]), 1e-100))
    margins = margins_that_are_met(model, seed, temperature, thresholds)

    told = bands(model.ensemble, temperature, thresholds, *users, margins)
    plain = around(lambda asked: bands(model.ensemble, temperature, thresholds, *asked[:4]), Question(*users, margins))

    for column in Bands._fields:
        np.testing.assert_array_equal(getattr(told, column), getattr(plain, column))


def margins_that_are_met(
    model: Fitted, seed: int, temperature: float, thresholds: tuple[float, float]
) -> NDArray[np.float64]:
    """Margins of all lengths, none, and some that a gap has to the last bit, or all but."""
    users, chances = random_users(model.ensemble, seed), np.random.default_rng(seed)
    margins = np.exp(chances.normal(-3.0, 3.0, len(users.x)))
    margins[chances.random(len(margins)) < 0.1] = np.nan
    margins[chances.random(len(margins)) < 0.1] = 0.0
    told = bands(model.ensemble, temperature, thresholds, *users)
    for row in np.flatnonzero((told.decision != 0) & np.isfinite(told.upper)).tolist():
        behind = bands(model.ensemble, temperature, thresholds, told.upper[row], *(c[row : row + 1] for c in users[1:]))
        gap = float(behind.upper[0] - told.upper[row])
        if np.isfinite(gap) and chances.random() < 0.5:
            margins[row] = chances.choice([gap, np.nextafter(gap, 0.0), np.nextafter(gap, np.inf)])
    return margins


def test_sides_go_on_often_enough_to_compare() -> None:
    model = fitted("usual")
    users = random_users(model.ensemble, seed=4, n=300)

    told = bands(model.ensemble, 1.0, (0.4, 0.35), *users, 0.3)

    sides = told.decision != 0
    for band, reach, quiet in (
        (told.lower, told.reach_lower, told.quiet_lower),
        (told.upper, told.reach_upper, told.quiet_upper),
    ):
        assert 10 < (reach != band).sum() < sides.sum()
        assert 10 < (quiet != reach).sum() < sides.sum()
        ends = np.isin(quiet, [reach - 0.3, reach + 0.3]) & np.isfinite(quiet)
        assert 10 < ends.sum() < (quiet != reach).sum()
        assert (quiet[~sides] == band[~sides]).all()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_at_each_finite_edge_the_decision_flips_at_the_next_representable_price(kind: str) -> None:
    model, temperature, thresholds = fitted(kind), 1.0, (0.4, 0.35)
    users = random_users(model.ensemble, seed=7, n=200)

    told = bands(model.ensemble, temperature, thresholds, *users)

    for edge, inside, outside in (
        (told.upper, np.nextafter(told.upper, -np.inf), told.upper),
        (told.lower, told.lower, np.nextafter(told.lower, -np.inf)),
    ):
        finite = np.isfinite(edge)
        for x, same in ((inside, True), (outside, False)):
            moved = users._replace(x=np.where(finite, x, users.x))
            said = said_by_sklearn(model.classifier, moved, temperature, thresholds)
            assert ((said == told.decision) == same)[finite].all()


def test_raw_scores_and_probabilities_are_scikit_learns_to_the_last_bit() -> None:
    model = fitted("usual")
    users = random_users(model.ensemble, seed=3, n=300)
    features = users.features()

    told = bands(model.ensemble, 1.0, (0.5, 0.5), *users)
    expected = probabilities(np.asarray(model.classifier.decision_function(features)), 1.0)

    assert np.array_equal(scores(model.ensemble, *users), model.classifier.decision_function(features))
    assert np.array_equal(told.probabilities, expected)
    assert np.allclose(told.probabilities, model.classifier.predict_proba(features), rtol=1e-12)


def test_a_user_alone_gets_the_band_that_he_gets_among_others() -> None:
    model = fitted("usual")
    users = random_users(model.ensemble, seed=5, n=40)
    together = bands(model.ensemble, 0.9, (0.3, 0.3), *users)

    for row in range(40):
        alone = bands(model.ensemble, 0.9, (0.3, 0.3), *(column[row : row + 1] for column in users))
        for column in Bands._fields:
            assert np.array_equal(getattr(alone, column)[0], getattr(together, column)[row])


def test_the_plain_way_finds_the_same_band() -> None:
    model = fitted("deep")
    users = random_users(model.ensemble, seed=11, n=30)

    margins = np.resize([np.nan, 0.05, 0.2], 30)

    told = bands(model.ensemble, 1.0, (0.4, 0.3), *users, margins)

    for row in range(30):
        plain = edges_on_line(model.ensemble, 1.0, (0.4, 0.3), users, margins, row)
        assert plain == tuple(getattr(told, edge)[row] for edge in Bands._fields[2:])


def test_without_a_price_to_compare_with_the_band_is_the_whole_line() -> None:
    model = fitted("usual")
    users = random_users(model.ensemble, seed=2)

    told = bands(model.ensemble, 1.0, (0.4, 0.3), *users._replace(intercept=np.full_like(users.intercept, np.nan)))

    assert (told.lower == -np.inf).all()
    assert (told.upper == np.inf).all()


def test_a_batch_may_be_empty_read_only_or_of_another_layout() -> None:
    model = fitted("usual")
    users = random_users(model.ensemble, seed=2)
    expected = bands(model.ensemble, 1.0, (0.4, 0.3), *users)
    odd = [np.asfortranarray(column) for column in users]
    for column in odd:
        column.setflags(write=False)

    told = bands(model.ensemble, 1.0, (0.4, 0.3), *odd)
    none = bands(model.ensemble, 1.0, (0.4, 0.3), *(column[:0] for column in users))

    assert same(told, expected)
    assert none.probabilities.shape == (0, 3)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("x", np.inf, "x must be finite"),
        ("x", np.nan, "x must be finite"),
        ("slope", 0.0, "slopes positive"),
        ("slope", -1.0, "slopes positive"),
        ("slope", np.inf, "price features finite"),
        ("intercept", np.inf, "price features finite"),
        ("state", np.inf, "a state feature is infinite"),
        ("margin", -0.001, "no margin negative"),
        ("margin", np.inf, "no margin negative or infinite"),
    ],
)
def test_terms_that_are_none_are_refused(column: str, value: float, message: str) -> None:
    model = fitted("usual")
    users = random_users(model.ensemble, seed=1)
    users.slope[:], users.intercept[:] = 1.0, 0.0
    asked = Question(*users, margin=np.zeros_like(users.x))
    getattr(asked, column)[3] = value

    with pytest.raises(ValueError, match=message):
        bands(model.ensemble, 1.0, (0.4, 0.3), *asked)


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    model = fitted("usual")
    users = random_users(model.ensemble, seed=1)

    with pytest.raises(ValueError, match="must be of shapes"):
        bands(model.ensemble, 1.0, (0.4, 0.3), *users._replace(state=users.state[:, :1]))
    with pytest.raises(ValueError, match="margins must be of shape"):
        bands(model.ensemble, 1.0, (0.4, 0.3), *users, users.x[1:])


@pytest.mark.parametrize(
    ("temperature", "thresholds"), [(0.0, (0.5, 0.5)), (np.nan, (0.5, 0.5)), (1.0, (0.0, 0.5)), (1.0, (0.5, np.nan))]
)
def test_a_rule_that_is_none_is_refused(temperature: float, thresholds: tuple[float, float]) -> None:
    model = fitted("usual")

    with pytest.raises(ValueError, match="positive and finite"):
        bands(model.ensemble, temperature, thresholds, *random_users(model.ensemble, seed=1))
