from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from model.bands.bits import lowest_bit
from model.bands.cuts import cut_of
from model.bands.ensemble import bound_of

VALUES = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(threshold=st.floats(allow_nan=False))
@example(threshold=np.inf)
@example(threshold=1e300)
@example(threshold=0.0)
def test_a_bound_is_the_first_float64_that_rounds_to_a_float32_above_the_threshold(threshold: float) -> None:
    bound = bound_of(threshold)
    largest = float(np.finfo(np.float32).max)

    if np.isinf(bound):
        assert threshold >= largest if bound > 0 else threshold < -largest
    else:
        assert float(np.float32(bound)) > threshold
        assert float(np.float32(np.nextafter(bound, -np.inf))) <= threshold


@given(slope=st.floats(1e-6, 1e6), intercept=VALUES, bound=VALUES)
@example(slope=1.0, intercept=1.0, bound=1.0)
@example(slope=1.0, intercept=-2.8, bound=1e-30)
@example(slope=3.0, intercept=1e6, bound=1e6)
def test_a_cut_is_the_first_float64_whose_feature_reaches_the_bound(
    slope: float, intercept: float, bound: float
) -> None:
    cut = cut_of(slope, intercept, bound)

    assume(np.isfinite(cut))
    assert slope * cut + intercept >= bound
    assert slope * np.nextafter(cut, -np.inf) + intercept < bound


@pytest.mark.parametrize("word", [1, 2, 3 << 7, 1 << 31, 0xFFFFFFFF, 0x80000001])
def test_the_lowest_bit_of_a_word_is_found(word: int) -> None:
    assert lowest_bit(np.uint32(word)) == (word & -word).bit_length() - 1
