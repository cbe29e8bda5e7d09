from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.training import measured
from tests.unit.model.prompting import prompted

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_the_whole_job_is_timed_stage_by_stage(tmp_path: Path) -> None:
    matrix, _ = prompted(4_000)

    figures = measured(matrix, tmp_path / "job")

    assert (figures["rows"], figures["rows_fitted"], figures["features"]) == (4_000, 1_000, 24)
    begun = figures["begun_after_seconds"]
    assert [line.split()[0] for line in begun] == ["Fitting", "Judging", "Looking"]
    fitting, judging, effect = begun.values()
    assert 0.0 < fitting <= judging <= effect <= figures["seconds"], "two may fall into the same tenth of a second"
    assert figures["processor_seconds"] > 0.0
    assert figures["log_loss"] < figures["base_rate_log_loss"]
