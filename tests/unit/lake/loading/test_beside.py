"""A run that is published is loaded into the databases beside the lake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import StoreUnavailable
from lake.loading.plan import Request, summary_key
from lake.loading.planning import plan
from lake.loading.run import Step
from tests.unit.lake.loading.small_lake import DATASET, Reading

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.unit.lake.loading.small_lake import SmallLake


def test_what_a_run_brought_up_to_date_is_loaded_and_where_that_fails_the_step_is_taken_again(lake: SmallLake) -> None:
    lake.hand_in("monday.csv", [Reading()])
    loaded: list[Collection[str]] = []

    def load(datasets: Collection[str]) -> None:
        loaded.append(datasets)
        if len(loaded) == 1:
            raise StoreUnavailable("the database did not answer")

    run = replace(lake.run("r"), load_beside=load)
    plan(lake.objects, run.contracts, run.name, Request())
    for step in (Step.BRONZE, Step.SILVER, Step.CHECKS):
        run.take(step)
    assert loaded == []
    with pytest.raises(StoreUnavailable):
        run.take(Step.PUBLISH)
    assert lake.objects.find(summary_key("r")), "what the run did is told all the same"
    run.take(Step.PUBLISH)
    assert loaded == [(DATASET,)] * 2
