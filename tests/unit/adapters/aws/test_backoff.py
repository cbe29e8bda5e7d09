from __future__ import annotations

from divisa.adapters.aws.backoff import Backoff


def test_waits_grow_up_to_a_cap_and_are_drawn_at_random() -> None:
    waits: list[float] = []
    assert list(Backoff(attempts=8, base=1.0, cap=5.0, sleep=waits.append).tries()) == list(range(8))
    assert len(waits) == 7
    assert all(0 <= wait <= limit for wait, limit in zip(waits, [1, 2, 4, 5, 5, 5, 5], strict=True))
    assert len(set(waits)) == 7


def test_a_success_at_once_waits_for_nothing() -> None:
    waits: list[float] = []
    for _ in Backoff(sleep=waits.append).tries():
        break
    assert waits == []
