"""The sizes of what the adapters store."""

from __future__ import annotations

from dataclasses import asdict

from local.cost.bill import ANSWER_BYTES
from local.cost.items import sizes
from local.cost.units import write_units
from model.inference import ANSWER


def test_every_item_has_the_size_that_its_adapter_gives_it() -> None:
    found = sizes()

    # Twenty statistics of up to twenty characters, with their names, and the keys.
    assert 500 < found.summary < 620
    # Half a dozen moments and edges, with their names.
    assert 340 < found.watch < 420
    # The day ranges of a month make most of it.
    assert found.market > 30 * 50
    assert all(size < 4096 for size in asdict(found).values())


def test_what_is_written_most_fits_one_write_unit_each() -> None:
    found = sizes()
    assert [write_units(size) for size in (found.watch, found.suggestion, found.delivery, found.bar)] == [1, 1, 1, 1]


def test_an_answer_has_as_many_bytes_a_row_as_the_endpoint_sends() -> None:
    assert ANSWER.itemsize == ANSWER_BYTES
