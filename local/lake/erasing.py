"""Erasing people of a laptop cloud's lake."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import boto3

from divisa.domain.errors import LaptopCloudError
from lake.upkeep.upkeep import Part
from local.lake.runs import PART, open_runs

if TYPE_CHECKING:
    from local.cloud import LaptopCloud

_POLL: Final = 0.5
"""Seconds between two looks at the job."""
_GOING: Final = {"STARTING", "RUNNING", "STOPPING", "WAITING"}


def erase(cloud: LaptopCloud) -> None:
    """Erase everybody who is marked, once no run is at work.

    Raises:
        LaptopCloudError: it failed, and why; doing it again goes on.
    """
    with open_runs(cloud) as runs:
        runs.settle()
    glue = boto3.client("glue", **cloud.addresses.client_settings("glue"))
    job, now = cloud.deployment.loading_job_name, datetime.now(UTC).isoformat()
    try:
        run = glue.start_job_run(
            JobName=job, Arguments={"--STEP": Part.ERASE.value, "--RUN": f"erase-{now}", "--STARTED": now}
        )["JobRunId"]
        while (state := glue.get_job_run(JobName=job, RunId=run)["JobRun"])["JobRunState"] in _GOING:
            time.sleep(_POLL)
    finally:
        glue.close()
    if state["JobRunState"] != "SUCCEEDED":
        raise LaptopCloudError(PART, f"erasing {state['JobRunState'].lower()}: {state.get('ErrorMessage')}")
