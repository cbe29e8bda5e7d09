from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from model.bands import Seen, ranges_of, seen_of
from model.bands.seen import WIDENED_BY

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = ("gain", "age", "trades")
LEARNED = np.array([[1.0, 0.0, np.nan], [3.0, 8.0, np.nan], [2.0, np.nan, np.nan]], dtype=np.float32)
RANGES = ranges_of(LEARNED, NAMES)
ORDINARY = (2.0, 4.0, np.nan)


def seen() -> Seen:
    """As it comes out of an artefact."""
    return seen_of(json.loads(json.dumps(RANGES)), NAMES)


def outside(*features: float) -> list[str]:
    """Names of those of a row's features that were never like this."""
    row = np.array([features], dtype=np.float32)
    found = [name for name, out in zip(NAMES, seen().outside(row)[0], strict=True) if out]
    assert seen().inside(row).tolist() == [not found]
    return found


def test_what_was_seen_is_inside_and_so_is_a_quarter_of_the_range_beyond_either_end() -> None:
    assert outside(*ORDINARY) == []
    for end in (1.0, 3.0, 1.0 - 2 * WIDENED_BY, 3.0 + 2 * WIDENED_BY):
        assert outside(end, 4.0, np.nan) == []


@pytest.mark.parametrize("far", [0.49, 3.51, -1e30, 1e30])
def test_what_lies_farther_beyond_an_end_is_outside(far: float) -> None:
    assert outside(far, 4.0, np.nan) == ["gain"]


def test_what_is_not_known_is_inside_only_where_it_was_not_known_before() -> None:
    assert outside(2.0, np.nan, np.nan) == []
    assert outside(np.nan, 4.0, np.nan) == ["gain"]


def test_where_nothing_was_ever_known_whatever_is_known_is_outside() -> None:
    assert RANGES["trades"] == {"low": None, "high": None, "missing": True}
    assert outside(2.0, 4.0, 0.0) == ["trades"]


def test_one_feature_alone_puts_a_row_outside() -> None:
    rows = np.array([ORDINARY, (9.0, 4.0, np.nan), ORDINARY], dtype=np.float32)
    assert seen().inside(rows).tolist() == [True, False, True]


FLOATS = st.floats(min_value=-(2.0**120), max_value=2.0**120, width=32) | st.just(float("nan"))


@given(
    arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=FLOATS),
    st.floats(min_value=0.0, max_value=2.0**100, width=32),
    st.booleans(),
)
def test_all_that_was_learned_from_is_inside_and_one_feature_pushed_beyond_is_not(
    learned: NDArray[np.float32], push: float, is_upwards: bool
) -> None:
    names = [f"feature_{number}" for number in range(learned.shape[1])]
    told = seen_of(json.loads(json.dumps(ranges_of(learned, names))), names)
    assert told.inside(learned).all()

    pushed = learned.copy()
    end = told.high if is_upwards else told.low
    if np.isfinite(end[-1]):
        with np.errstate(over="ignore"):
            beyond = np.float32(end[-1] + push) if is_upwards else np.float32(end[-1] - push)
        pushed[:, -1] = np.nextafter(beyond, np.float32(np.inf if is_upwards else -np.inf))
        assert not told.inside(pushed).any()

    pushed[:, -1] = np.nan
    assert told.inside(pushed).all() == np.isnan(learned[:, -1]).any()


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        (None, "the model has no feature ranges"),
        ([], "the model has no feature ranges"),
        ({}, r"not its features': \['age', 'gain', 'trades'\]"),
        ({name: RANGES[name] for name in NAMES[:2]}, r"not its features': \['trades'\]"),
        ({**RANGES, "extra": RANGES["gain"]}, r"not its features': \['extra'\]"),
    ],
)
def test_ranges_that_are_missing_or_of_other_features_are_refused(ranges: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seen_of(ranges, NAMES)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [0.0, 1.0],
        {},
        {"low": 0.0, "high": 1.0},
        {"low": 0.0, "high": 1.0, "missing": True, "mean": 0.5},
        {"low": 0.0, "high": 1.0, "missing": 1},
        {"low": 0.0, "high": 1.0, "missing": None},
        {"low": 1.0, "high": 0.0, "missing": True},
        {"low": "0", "high": 1.0, "missing": True},
        {"low": False, "high": 1.0, "missing": True},
        {"low": None, "high": 1.0, "missing": True},
        {"low": 0.0, "high": None, "missing": True},
        {"low": None, "high": None, "missing": False},
        {"low": float("nan"), "high": 1.0, "missing": True},
        {"low": float("-inf"), "high": 1.0, "missing": True},
        {"low": 0.0, "high": float("inf"), "missing": True},
    ],
)
def test_a_broken_range_is_refused_by_the_name_of_its_feature(broken: Any) -> None:
    with pytest.raises(ValueError, match="the model's range of the feature age is broken"):
        seen_of({**RANGES, "age": broken}, NAMES)
