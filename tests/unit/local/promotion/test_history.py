"""What was live before: a rollback takes the newest promotion away, and the one before it is live again."""

from __future__ import annotations

from local.promotion.history import NONE, PROMOTED, ROLLED_BACK, Change, live_stack


def test_before_the_first_promotion_there_is_nothing() -> None:
    assert live_stack([]) == []
    assert live_stack([Change(NONE, "")]) == []


def test_each_rollback_goes_one_promotion_further_back() -> None:
    promoted = [Change(key, PROMOTED) for key in "abc"]
    once, twice = Change("b", ROLLED_BACK), Change("a", ROLLED_BACK)

    assert live_stack(promoted) == ["a", "b", "c"]
    assert live_stack([*promoted, once]) == ["a", "b"]
    assert live_stack([*promoted, once, twice]) == ["a"]


def test_after_a_rollback_the_next_promotion_stands_on_what_was_live_then() -> None:
    changes = [Change("a", PROMOTED), Change("bad", PROMOTED), Change("a", ROLLED_BACK), Change("c", PROMOTED)]

    assert live_stack(changes) == ["a", "c"]


def test_the_same_model_promoted_twice_is_one_step() -> None:
    assert live_stack([Change("a", PROMOTED), Change("b", PROMOTED), Change("b", PROMOTED)]) == ["a", "b"]


def test_a_history_that_parameter_store_has_shortened_still_ends_in_what_is_live() -> None:
    assert live_stack([Change("y", ROLLED_BACK), Change("z", PROMOTED)]) == ["y", "z"]
