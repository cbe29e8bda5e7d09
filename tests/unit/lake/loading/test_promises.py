"""Whether there is something new as often as was promised, and who is told if not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lake.loading import begin, report
from lake.loading.promises import Promise, tell, told
from tests.unit.lake.loading.small_lake import BAD, DATASET, Reading
from tests.unit.stream_consumers.conftest import context, output

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.lake.loading.small_lake import SmallLake
    from tests.unit.stream_consumers.conftest import Output

__all__ = ["context", "output"]

MONDAY = datetime(2024, 1, 8, 12, tzinfo=UTC)
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "promise", "now", "kept"),
    [
        (timedelta(minutes=15), QUARTER, MONDAY, True),
        (timedelta(minutes=16), QUARTER, MONDAY, False),
        (timedelta(days=1), QUARTER, MONDAY - 2 * DAY, True),  # a Saturday
        (timedelta(days=2), QUARTER, datetime(2024, 1, 7, 22, 10, tzinfo=UTC), True),  # markets opened at 22:00
        (timedelta(days=2), QUARTER, datetime(2024, 1, 7, 22, 20, tzinfo=UTC), False),
        (timedelta(days=3), DAY, MONDAY, True),  # a day ago markets were closed
        (timedelta(days=3), DAY, MONDAY + DAY, False),
    ],
)
def test_a_promise_for_market_hours_is_broken_in_market_hours_only(
    age: timedelta, promise: timedelta, now: datetime, *, kept: bool
) -> None:
    assert Promise(DATASET, now - age, promise, market_hours=True).is_fresh(now) is kept
    assert Promise(DATASET, now - age, promise).is_fresh(now) is (age <= promise)


def test_a_run_writes_down_when_the_newest_file_came_of_what_it_brought_up_to_date(lake: SmallLake) -> None:
    lake.hand_in("a.csv", [Reading("s1")])
    lake.bring_in()
    [first] = told(lake.objects)
    lake.hand_in("b.csv", [Reading("s2")])
    lake.bring_in()

    [fresh] = told(lake.objects)
    newest = max(entry.load.received_at for entry in lake.accounts())
    assert (fresh.dataset, fresh.newest, fresh.freshness) == (DATASET, newest, timedelta(days=1))
    assert first.newest < fresh.newest


def test_rows_that_were_set_aside_lately_count_and_older_ones_do_not(lake: SmallLake) -> None:
    lake.hand_in("bad.csv", [BAD, BAD._replace(sensor="s2")])
    lake.bring_in()
    [bad] = told(lake.objects)
    lake.hand_in("good.csv", [Reading(f"s{number}") for number in range(98)])
    lake.bring_in()
    [both] = told(lake.objects)

    assert (bad.rows, bad.set_aside, bad.is_clean) == (2, 2, False)
    assert (both.rows, both.set_aside, both.is_clean) == (100, 2, False)
    lake.contract = lake.contract.model_copy(update={"tolerated": 0.02})
    lake.hand_in("more.csv", [Reading("s99")])
    lake.bring_in()
    [tolerated] = told(lake.objects)
    assert tolerated.is_clean


def test_the_status_says_the_same_as_the_alarm(lake: SmallLake) -> None:
    lake.contract = lake.contract.model_copy(update={"market_hours": True})
    lake.hand_in("a.csv", [Reading("s1")])
    lake.bring_in()
    [found] = [each for each in report.report(lake.objects, {DATASET: lake.contract}) if each.dataset == DATASET]
    [fresh] = told(lake.objects)
    for hours in range(0, 14 * 24, 6):
        now = fresh.newest + timedelta(hours=hours)
        assert found.is_fresh(now) is fresh.is_fresh(now), now


def test_the_schedules_run_counts_broken_promises_and_tells_how_old_each_dataset_is_and_no_other_run_does(
    lake: SmallLake, output: Output, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begin, "_lake", lambda: lake.objects)
    now = datetime.now(UTC)
    tell(lake.objects, Promise("old", now - 2 * DAY, DAY))
    tell(lake.objects, Promise("new", now, DAY, rows=100, set_aside=2, tolerated=0.01))

    begin.handler({"run": "r-1", "request": {}}, context)

    lines = [json.loads(line) for line in output.stdout.readouterr().out.splitlines()]
    ages = {line["dataset"]: line["LakeDatasetAge"][0] for line in lines if "LakeDatasetAge" in line}
    assert ages.keys() == {"old", "new"}
    assert ages["old"] == pytest.approx(2 * 86400, abs=60)
    [counts] = [line for line in lines if "LakeDatasetsStale" in line]
    assert (counts["LakeDatasetsStale"], counts["LakeDatasetsUnclean"]) == ([1.0], [1.0])
    begin.handler({"run": "r-2", "request": {"fresh": True}}, context)
    assert "LakeDatasetsStale" not in output.stdout.readouterr().out
