"""Sail on Iceberg tables of the Glue catalog behaves as every engine of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyiceberg.transforms import MonthTransform

from tests.unit.lake.engines.behaviour import SessionBehaviour, add, table

if TYPE_CHECKING:
    from lake.engines.spark import Spark
    from tests.integration.lake.loading.conftest import Place, Sail


@pytest.fixture
def session(place: Place) -> Spark:
    return place.session()


@pytest.fixture
def another(place: Place) -> Spark:
    return place.session()


@pytest.mark.integration
class TestSpark(SessionBehaviour):
    """Spark Connect, spoken by Sail."""

    def test_a_table_says_what_its_columns_mean_and_which_are_never_missing(
        self, sail: Sail, place: Place, session: Spark
    ) -> None:
        session.prepare(table("told"))
        fields = {
            each.name: each for each in sail.catalog.load_table((place.databases["silver"], "told")).schema().fields
        }
        assert (fields["k"].required, fields["k"].doc) == (True, "which")
        assert (fields["note"].required, fields["note"].doc) == (False, None)

    def test_rows_of_a_month_lie_together(self, sail: Sail, place: Place, session: Spark) -> None:
        add(session, session.prepare(table("by_month")), 1)
        there = sail.catalog.load_table((place.databases["silver"], "by_month"))
        assert [(each.name, each.transform) for each in there.spec().fields] == [("at_month", MonthTransform())]
        assert [str(each["partition"]) for each in there.inspect.partitions().to_pylist()] == ["{'at_month': 648}"]
