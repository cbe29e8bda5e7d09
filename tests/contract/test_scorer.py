"""One fitted model, in this process and behind an endpoint: both say the same of the same question."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.adapters.memory.scorer import MemoryScorer
from divisa.adapters.scores import EDGES
from divisa.domain.errors import InvalidModel
from divisa.domain.features import FEATURE_NAMES
from model.bands import bands, flatten, seen_of
from model.bands.rule import decide, probabilities
from tests.around import Band, around
from tests.integration.local.sagemaker.conftest import Plane
from tests.small_model import TEMPERATURE, THRESHOLDS, VERSION, fitted, question, ranges, write_artefact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from divisa.domain.features import Question
    from divisa.ports import Scorer
    from model.bands import Bands

STARTUP_SECONDS = 300.0
"""The container compiles for half a minute and more where nobody has before."""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    folder = tmp_path_factory.mktemp("plane")
    artefact = write_artefact(folder / "model.tar.gz")
    with contextlib.closing(Plane(folder / "state", folder)) as plane:
        plane.start()
        plane.configure("npy", artefact.as_uri())
        plane.control.create_endpoint(EndpointName="decisions", EndpointConfigName="npy")
        assert plane.settled(seconds=STARTUP_SECONDS)["EndpointStatus"] == "InService"
        yield plane


@pytest.fixture(scope="module")
def in_memory() -> Callable[[Question], Bands]:
    ask = partial(bands, flatten(fitted()), TEMPERATURE, THRESHOLDS)
    return lambda asked: ask(*asked)


@pytest.fixture
def scorer(side: str, request: pytest.FixtureRequest) -> Scorer:
    if side == "memory":
        seen = seen_of(ranges(), FEATURE_NAMES)
        return MemoryScorer(
            request.getfixturevalue("in_memory"),
            inside=lambda asked: seen.inside(asked.features()),
            model_version=VERSION,
        )
    plane: Plane = request.getfixturevalue("endpoint")
    return SageMakerScorer(plane.client("sagemaker-runtime"), "decisions", backoff=Backoff(attempts=2, base=0.01))


def said_by_sklearn(asked: Question) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Probabilities and decisions of the classifier itself, on the features at the price that is asked about."""
    raw = np.asarray(fitted().decision_function(asked.features()), dtype=np.float64)
    p = probabilities(raw, TEMPERATURE)
    return p, decide(p, THRESHOLDS)


def test_one_user_is_scored(scorer: Scorer) -> None:
    scores = scorer.score(question(1))

    assert scores.model_version == VERSION
    assert [column.shape for column in (scores.decisions, scores.lower, scores.upper)] == [(1,)] * 3
    assert scores.probabilities.shape == (1, 3)
    assert {column.dtype for column in (scores.probabilities, scores.lower, scores.upper)} == {np.dtype(np.float64)}
    assert scores.decisions.dtype == np.int8


@pytest.mark.parametrize("users", [2, 999, 20_001])
def test_users_are_answered_in_their_order(scorer: Scorer, users: int) -> None:
    asked = question(users)

    scores = scorer.score(asked)

    p, decisions = said_by_sklearn(asked)
    np.testing.assert_array_equal(scores.probabilities, p)
    np.testing.assert_array_equal(scores.decisions, decisions)


def test_a_decision_holds_inside_of_its_band_and_not_at_its_edges(scorer: Scorer) -> None:
    asked = question(500)

    scores = scorer.score(asked)

    edges = {
        "upper": (scores.upper, np.nextafter(scores.upper, -np.inf), scores.upper),
        "lower": (scores.lower, scores.lower, np.nextafter(scores.lower, -np.inf)),
    }
    for edge, inside, outside in edges.values():
        reached = np.isfinite(edge)
        assert 50 < reached.sum() < 500
        users, decisions = asked.part(np.flatnonzero(reached).tolist()), scores.decisions[reached]
        assert (said_by_sklearn(users.at(inside[reached]))[1] == decisions).all()
        assert (said_by_sklearn(users.at(outside[reached]))[1] != decisions).all()


def test_both_sides_tell_the_same_bands(scorer: Scorer, in_memory: Callable[[Question], Bands]) -> None:
    asked = question(2_000)
    expected = in_memory(asked)

    scores = scorer.score(asked)

    for edge in EDGES:
        np.testing.assert_array_equal(getattr(scores, edge), getattr(expected, edge))


def test_a_side_goes_on_from_its_edges_as_asking_beyond_them_tells(scorer: Scorer) -> None:
    asked = question(500)

    scores = scorer.score(asked)

    def band_alone(beyond: Question) -> Band:
        told = scorer.score(beyond._replace(margin=np.full(len(beyond.x), np.nan)))
        return Band(told.probabilities, told.decisions, told.lower, told.upper)

    expected = around(band_alone, asked)
    for edge in EDGES:
        np.testing.assert_array_equal(getattr(scores, edge), getattr(expected, edge))
    assert (scores.reach_upper != scores.upper).sum() > 5
    assert (scores.quiet_lower != scores.reach_lower).sum() > 50


def test_who_is_like_nobody_that_the_model_learned_from_is_told_from_the_others(scorer: Scorer) -> None:
    asked = question(200)
    asked.state[::3, 4] = 1e6

    scores = scorer.score(asked)

    assert scores.inside.dtype == np.bool_
    assert not scores.inside[::3].any()
    assert scores.inside.any()


def test_columns_of_another_memory_order_are_no_matter(scorer: Scorer) -> None:
    asked = question(10)
    turned = asked._replace(slope=np.asfortranarray(asked.slope), state=np.asfortranarray(asked.state))

    np.testing.assert_array_equal(scorer.score(turned).upper, scorer.score(asked).upper)


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.array([2.8, np.nan, 2.8])},
        {"x": np.array([2.8, np.inf, 2.8])},
        {"slope": np.full((3, 9), -1.0)},
        {"state": np.full((3, 15), np.inf, dtype=np.float32)},
        {"state": np.zeros((3, 16), dtype=np.float32)},
        {"margin": np.array([0.002, -0.002, 0.002])},
    ],
    ids=[
        "a price not known",
        "a price without end",
        "a falling line",
        "an infinite state",
        "another model's columns",
        "a negative margin",
    ],
)
def test_a_question_that_the_model_cannot_take_is_told_from_one_that_got_lost(
    scorer: Scorer, change: dict[str, Any]
) -> None:
    with pytest.raises(InvalidModel):
        scorer.score(question(3)._replace(slope=np.ones((3, 9)))._replace(**change))
