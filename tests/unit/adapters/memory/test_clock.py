from __future__ import annotations

from datetime import UTC, datetime, timedelta

from divisa.adapters.memory.clock import ManualClock


def test_it_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(datetime(2024, 1, 5, tzinfo=UTC))
    assert clock.now() == clock.now() == datetime(2024, 1, 5, tzinfo=UTC)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == datetime(2024, 1, 5, 0, 5, tzinfo=UTC)
    clock.set(datetime(2023, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2023, 1, 1, tzinfo=UTC)
