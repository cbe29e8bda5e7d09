from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local.mappings.batches import Buffer, batches_of, lanes_of
from tests.unit.local.mappings.builders import a_record, records


@given(count=st.integers(0, 60), keys=st.integers(1, 9), lanes=st.integers(1, 10))
def test_lanes_lose_nothing_and_keep_the_order_of_each_key(count: int, keys: int, lanes: int) -> None:
    stream = records(count, keys=keys)

    spread = lanes_of(stream, lanes)

    assert sorted(record.sequence for lane in spread for record in lane) == [record.sequence for record in stream]
    for key in {record.order_key for record in stream}:
        holding = [lane for lane in spread if any(record.order_key == key for record in lane)]
        assert len(holding) == 1
        assert [r for r in holding[0] if r.order_key == key] == [r for r in stream if r.order_key == key]


def test_a_batch_never_passes_its_count_or_its_bytes() -> None:
    stream = [a_record(number, body="x" * 40) for number in range(7)]

    by_count = list(batches_of(stream, batch_size=3))
    by_bytes = list(batches_of(stream, batch_size=100, limit=100))

    assert [len(batch) for batch in by_count] == [3, 3, 1]
    assert [len(batch) for batch in by_bytes] == [2, 2, 2, 1]


def test_a_record_over_the_limit_travels_alone() -> None:
    stream = [a_record(0), a_record(1, body="x" * 500), a_record(2)]

    assert [len(batch) for batch in batches_of(stream, batch_size=10, limit=100)] == [1, 1, 1]


def test_without_a_window_a_record_is_due_at_once() -> None:
    buffer = Buffer(batch_size=10, window_seconds=0, parallelization=1)
    assert buffer.due_in(0.0) is None

    buffer.add(a_record(1), now=5.0)

    assert buffer.due_in(5.0) == 0.0


def test_a_window_counts_from_the_first_record_and_a_full_batch_does_not_wait() -> None:
    buffer = Buffer(batch_size=3, window_seconds=2.0, parallelization=1)
    buffer.add(a_record(1), now=10.0)
    buffer.add(a_record(2), now=11.5)
    assert buffer.due_in(11.5) == 0.5
    assert buffer.due_in(13.0) == 0.0

    buffer.add(a_record(3), now=11.6)

    assert buffer.due_in(11.6) == 0.0


def test_what_did_not_fit_waits_for_a_window_of_its_own() -> None:
    buffer = Buffer(batch_size=2, window_seconds=1.0, parallelization=1)
    for number in range(3):
        buffer.add(a_record(number), now=0.0)

    taken = buffer.take(now=4.0)

    assert [[record.sequence for record in batch] for lane in taken for batch in lane] == [["0000000000", "0000000001"]]
    assert len(buffer) == 1
    assert buffer.due_in(4.0) == 1.0


def test_as_many_batches_are_taken_as_may_be_in_flight() -> None:
    buffer = Buffer(batch_size=10, window_seconds=0, parallelization=4)
    for record in records(100, keys=20):
        buffer.add(record, now=0.0)

    lanes = buffer.take(now=0.0)

    assert 1 < len(lanes) <= 4
    assert sum(len(batch) for lane in lanes for batch in lane) == 40
    assert all(len(batch) <= 10 for lane in lanes for batch in lane)
