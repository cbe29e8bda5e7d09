from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local.mappings.watermark import Watermark


@given(order=st.permutations(range(12)))
def test_the_mark_is_never_past_an_unfinished_record_and_ends_at_the_last(order: list[int]) -> None:
    mark = Watermark()
    for number in range(12):
        mark.take(str(number))
    finished: set[int] = set()
    reached = -1

    for number in order:
        finished.add(number)
        moved = mark.settle(str(number))
        if moved is not None:
            assert int(moved) > reached
            reached = int(moved)
        assert set(range(reached + 1)) <= finished
        assert reached + 1 not in finished

    assert reached == 11
