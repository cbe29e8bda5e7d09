"""On AWS a notebook promotes to a stage as it is: nothing is started, and the stage's own decisions are read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain.features import FEATURE_NAMES
from local.notebooks import serving
from local.notebooks.setting import Setting, Where
from local.promotion import logged
from local.promotion.logged import Log
from local.promotion.stage import Names
from model.matrix import Part, TrainingMatrix
from model.training_files import TrainingFiles
from tests.unit.local.notebooks.aws import StageOnAws

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

FILES = TrainingFiles(Path("prices.csv"), Path("transactions.csv"))
LOG = Log([], 3, {}, datetime(2024, 1, 10, tzinfo=UTC))


def matrix(rows: int) -> TrainingMatrix:
    n = np.arange(rows)
    features = np.ones((rows, len(FEATURE_NAMES)), dtype=np.float32)
    parts = np.where(n % 2 == 0, Part.TEST, Part.FIT).astype(np.int8)
    return TrainingMatrix.of_calendar(features, parts, parts, n.astype(np.int32), n, FEATURE_NAMES)


def test_on_sagemaker_it_is_the_stage_with_its_own_log_and_nothing_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = StageOnAws(Names("dev", "decisions", "models", "lake", "divisa-dev-"))
    asked: list[Any] = []

    def refuse(*given: object, **more: object) -> None:
        raise AssertionError("nothing is trained or started for a stage on AWS")

    def open_stage(name: str) -> StageOnAws:
        asked.append(name)
        return stage

    def read(of: object, decisions: None, transactions: None, *, on_stage: Callable[[str], None]) -> Log:
        assert of is stage
        return LOG

    monkeypatch.setattr(serving, "open_stage", open_stage)
    monkeypatch.setattr(logged, "read", read)
    monkeypatch.setattr(serving, "learn", refuse)
    monkeypatch.setattr(serving, "Supervisor", refuse)
    monkeypatch.setattr(serving, "build_training_set", lambda files, max_rows: matrix(10))

    place = serving.start(Setting(Where.SAGEMAKER, stage="dev", home=tmp_path), FILES)

    assert asked == ["dev"]
    assert place.stage.names == stage.names
    assert (place.log, place.bake_seconds) == (LOG, None)
    assert place.scratch.is_dir()
    place.close()
    assert not place.scratch.exists()
