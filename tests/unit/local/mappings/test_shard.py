from __future__ import annotations

import base64
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from local.mappings.batches import Buffer
from local.mappings.delivery import Answer, Delivery, RetryPolicy
from local.mappings.patterns import compile_pattern
from local.mappings.shard import Progress, ShardRun, Stopped
from local.mappings.sources import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.mappings.patterns import Predicate
    from local.mappings.records import JsonObject, Record


def an_event(number: int, keys: int = 1) -> JsonObject:
    data = base64.b64encode(f'{{"number":{number}}}'.encode()).decode()
    return {
        "kinesis": {
            "sequenceNumber": f"{number:06d}",
            "partitionKey": f"key-{number % keys}",
            "data": data,
            "approximateArrivalTimestamp": 1000.0,
        }
    }


@dataclass
class ClosedShard:
    """A shard that was closed after its last record."""

    pages: list[list[JsonObject]]

    def read(self) -> Page:
        return Page(self.pages.pop(0), closed=not self.pages)


@dataclass
class Bench:
    """One run of a shard, with everything it did."""

    pages: list[list[JsonObject]]
    batch_size: int = 10
    parallelization: int = 1
    wants: Predicate | None = None
    poison: frozenset[str] = frozenset()
    checkpoints: list[str] = field(default_factory=list)
    handled: list[Record] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, batch: Sequence[Record]) -> Answer:
        bad = [place for place, record in enumerate(batch) if record.sequence in self.poison]
        with self.lock:
            self.handled += batch[: bad[0]] if bad else batch
        return Answer(bad[0] if bad else None)

    def delivery(self, settle: Callable[[Sequence[Record]], None]) -> Delivery:
        return Delivery(
            policy=RetryPolicy(bisects=True, max_retries=0),
            invoke=self.invoke,
            settle=settle,
            discard=lambda _: None,
            now=time.time,
            pause=lambda _: None,
        )

    def run(self) -> None:
        ShardRun(
            reader=ClosedShard(self.pages),
            wants=self.wants,
            buffer=Buffer(self.batch_size, 0, self.parallelization),
            delivery_for=self.delivery,
            checkpoint=self.checkpoints.append,
            stop=self.stop,
            progress=self.progress,
            parallelization=self.parallelization,
        ).run()

    @property
    def sequences(self) -> list[str]:
        return [record.sequence for record in self.handled]


def test_a_closed_shard_is_done_to_its_end_in_order() -> None:
    bench = Bench([[an_event(n) for n in range(25)], [], [an_event(n) for n in range(25, 30)]])

    bench.run()

    assert bench.sequences == [f"{n:06d}" for n in range(30)]
    assert bench.checkpoints == sorted(bench.checkpoints)
    assert bench.checkpoints[-1] == "000029"
    assert bench.progress == Progress(read=30, done=30, last_arrival=1000.0)


def test_records_that_are_filtered_out_move_the_checkpoint_and_reach_no_function() -> None:
    bench = Bench(
        [[an_event(n) for n in range(9)]], wants=compile_pattern('{"data": {"number": [{"numeric": ["<", 4]}]}}')
    )

    bench.run()

    assert bench.sequences == ["000000", "000001", "000002", "000003"]
    assert bench.checkpoints[-1] == "000008"
    assert bench.progress.filtered_out == 5


def test_lanes_side_by_side_keep_the_order_of_each_key_and_lose_nothing() -> None:
    bench = Bench(
        [[an_event(n, keys=7) for n in range(200)]],
        parallelization=4,
        poison=frozenset({"000003", "000100"}),
    )

    bench.run()

    assert bench.checkpoints[-1] == "000199"
    assert len(set(bench.sequences)) == 198
    for key in {record.order_key for record in bench.handled}:
        of_key = [record.sequence for record in bench.handled if record.order_key == key]
        assert of_key == sorted(of_key)


def test_a_stopped_shard_starts_no_further_batch() -> None:
    bench = Bench([[an_event(n) for n in range(25)]])
    bench.stop.set()

    with pytest.raises(Stopped):
        bench.run()

    assert bench.handled == []
    assert bench.checkpoints == []
