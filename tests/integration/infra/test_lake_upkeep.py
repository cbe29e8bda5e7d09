"""The lake is kept up every night, and somebody is told where it is not, or where nothing comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.artifact import ROOT
from lake.loading.turns import AT_WORK
from tests.integration.infra.template import as_list, of_type, statements

if TYPE_CHECKING:
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration


def test_upkeep_begins_once_a_night_by_a_role_that_can_begin_nothing_else(resources: Resources) -> None:
    schedule = of_type(resources, "Scheduler::Schedule")["UpkeepSchedule"]
    role = of_type(resources, "IAM::Role")["UpkeepStartRole"]

    assert schedule["ScheduleExpression"] == "cron(30 3 * * ? *)"
    assert schedule["Target"]["Arn"] == {"Ref": "UpkeepMachine"}
    starting = [each for each in statements(role) if "states:StartExecution" in as_list(each["Action"])]
    assert [each["Resource"] for each in starting] == [{"Ref": "UpkeepMachine"}]


def test_its_machine_runs_the_job_of_the_runs_and_calls_nothing(resources: Resources) -> None:
    role = of_type(resources, "IAM::Role")["UpkeepMachineRole"]
    may = {action for each in statements(role) for action in as_list(each["Action"])}

    assert {action.partition(":")[0] for action in may} == {"glue", "kms", "sns"}


def test_the_job_may_write_wherever_it_says_whose_turn_it_is_and_what_is_gone(resources: Resources) -> None:
    places = {
        each["Fn::Sub"].removeprefix("${LakeBucket.Arn}/").rstrip("*")
        for statement in statements(of_type(resources, "IAM::Role")["LoadingRole"])
        if "s3:PutObject" in statement["Action"]
        for each in statement["Resource"]
    }
    assert {AT_WORK, "expired/", "erased/", "promises/", "silver/", "gold/"} <= places


def test_a_lake_that_nobody_measures_is_told_in_the_cloud_like_one_that_is_stale(resources: Resources) -> None:
    alarms = of_type(resources, "CloudWatch::Alarm")
    stale = alarms["LakeStaleAlarm"]

    assert stale["AlarmName"].endswith("-lake-stale")
    assert stale["TreatMissingData"] == {"Fn::If": ["IsCloud", "breaching", "notBreaching"]}
    handbook = (ROOT / "docs/operations.md").read_text()
    for name in ("LakeStaleAlarm", "LakeUncleanAlarm", "UpkeepFailedAlarm"):
        assert f"`{alarms[name]['AlarmName'].split('-', 2)[2]}`" in handbook
