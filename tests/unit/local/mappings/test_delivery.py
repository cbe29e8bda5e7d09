from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mappings.delivery import Answer, Condition, Delivery, Discarded, FunctionBusy, RetryPolicy
from tests.unit.local.mappings.builders import a_record, records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.mappings.records import Record


@dataclass
class Function:
    """A function that fails on poison: as a whole, or naming the first poison of the batch."""

    poison: set[str] = field(default_factory=set)
    crashes: bool = False
    busy_times: int = 0
    heals_after: int | None = None
    batches: list[list[str]] = field(default_factory=list)
    handled: list[str] = field(default_factory=list)

    def __call__(self, batch: Sequence[Record]) -> Answer:
        if self.busy_times:
            self.busy_times -= 1
            raise FunctionBusy("throttled")
        sequences = [record.sequence for record in batch]
        self.batches.append(sequences)
        if self.heals_after is not None and len(self.batches) > self.heals_after:
            self.poison = set()
        first = next((place for place, sequence in enumerate(sequences) if sequence in self.poison), None)
        if first is not None and self.crashes:
            return Answer(0, "Unhandled")
        self.handled += sequences[:first]
        return Answer(first)


@dataclass
class World:
    """What a delivery did, and its clock."""

    time: float = 1000.0
    settled: list[str] = field(default_factory=list)
    discarded: list[Discarded] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    def deliver(self, batch: Sequence[Record], function: Function, policy: RetryPolicy) -> None:
        Delivery(
            policy=policy,
            invoke=function,
            settle=lambda done: self.settled.extend(record.sequence for record in done),
            discard=self.discarded.append,
            now=lambda: self.time,
            pause=self.pause,
        ).deliver(batch)

    @property
    def given_up(self) -> list[str]:
        return [record.sequence for one in self.discarded for record in one.records]


@given(
    poisoned=st.lists(st.booleans(), min_size=1, max_size=40),
    crashes=st.booleans(),
    retries=st.integers(0, 3),
)
def test_every_good_record_is_handled_in_order_and_every_poison_one_is_given_up_once(
    poisoned: list[bool], crashes: bool, retries: int
) -> None:
    batch = records(len(poisoned))
    poison = {record.sequence for record, bad in zip(batch, poisoned, strict=True) if bad}
    world, function = World(), Function(poison, crashes)

    world.deliver(batch, function, RetryPolicy(bisects=True, max_retries=retries))

    good = [record.sequence for record in batch if record.sequence not in poison]
    assert list(dict.fromkeys(function.handled)) == good
    assert Counter(world.given_up) == Counter(poison)
    assert world.settled == [record.sequence for record in batch]


@given(poisoned=st.lists(st.booleans(), min_size=1, max_size=20), crashes=st.booleans(), retries=st.integers(0, 2))
def test_without_bisection_a_record_is_handled_or_given_up_and_never_lost(
    poisoned: list[bool], crashes: bool, retries: int
) -> None:
    batch = records(len(poisoned))
    poison = {record.sequence for record, bad in zip(batch, poisoned, strict=True) if bad}
    world, function = World(), Function(poison, crashes)

    world.deliver(batch, function, RetryPolicy(max_retries=retries))

    assert set(function.handled) | set(world.given_up) == {record.sequence for record in batch}
    assert world.settled == [record.sequence for record in batch]


def test_retries_count_attempts_after_the_first_with_growing_pauses() -> None:
    world, function = World(), Function({"0000000000"}, crashes=True)

    world.deliver(records(1), function, RetryPolicy(max_retries=3))

    assert len(function.batches) == 4
    assert world.pauses == [0.1, 0.2, 0.4]
    assert world.discarded[0].condition is Condition.RETRIES_EXHAUSTED
    assert world.discarded[0].invocations == 4
    assert world.discarded[0].last_answer == Answer(0, "Unhandled")


def test_bisection_uses_no_retry_and_no_pause() -> None:
    world, function = World(), Function({"0000000003"}, crashes=True)

    world.deliver(records(4), function, RetryPolicy(bisects=True, max_retries=0))

    assert [len(batch) for batch in function.batches] == [4, 2, 2, 1, 1]
    assert world.pauses == []


def test_a_partial_failure_does_not_deliver_again_what_was_handled() -> None:
    world, function = World(), Function({"0000000002"}, heals_after=1)

    world.deliver(records(4), function, RetryPolicy(max_retries=5))

    assert function.batches[1] == ["0000000002", "0000000003"]
    assert world.discarded == []


def test_without_a_limit_a_batch_is_retried_until_it_works() -> None:
    world, function = World(), Function({"0000000000"}, crashes=True, heals_after=20)

    world.deliver(records(2), function, RetryPolicy())

    assert len(function.batches) == 21
    assert max(world.pauses) == 10.0
    assert world.discarded == []


def test_records_that_grow_too_old_are_given_up_and_the_young_are_delivered() -> None:
    batch = [a_record(0, arrived_at=900.0), a_record(1, arrived_at=999.0)]
    world, function = World(), Function()

    world.deliver(batch, function, RetryPolicy(max_age_seconds=60))

    assert function.handled == ["0000000001"]
    assert world.given_up == ["0000000000"]
    assert world.discarded[0].condition is Condition.TOO_OLD
    assert world.discarded[0].last_answer is None


def test_age_ends_retries_that_have_no_limit() -> None:
    world, function = World(), Function({"0000000000"}, crashes=True)

    world.deliver(records(1), function, RetryPolicy(max_age_seconds=5))

    assert world.discarded[0].condition is Condition.TOO_OLD
    assert world.discarded[0].invocations == len(function.batches) > 1


def test_a_throttled_function_costs_no_retry() -> None:
    world, function = World(), Function(busy_times=7)

    world.deliver(records(3), function, RetryPolicy(max_retries=0))

    assert len(function.handled) == 3
    assert len(world.pauses) == 7


def test_being_stopped_leaves_the_rest_for_the_next_start() -> None:
    class Stop(Exception):
        pass

    def stop(_: float) -> None:
        raise Stop

    settled: list[str] = []
    delivery = Delivery(
        policy=RetryPolicy(),
        invoke=Function({"0000000002"}),
        settle=lambda done: settled.extend(record.sequence for record in done),
        discard=lambda _: None,
        now=lambda: 1000.0,
        pause=stop,
    )

    with pytest.raises(Stop):
        delivery.deliver(records(4))

    assert settled == ["0000000000", "0000000001"]
