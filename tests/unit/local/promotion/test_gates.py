"""A trained model before all gates, on the files that it was trained on, as `divisa promote` asks them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from local.promotion.gates import HELD_OUT, LOGGED, judge_candidate
from local.promotion.logged import Log
from local.simulated import training_files
from model.promotion.gate import GateName, Verdict, refusals
from model.promotion.limits import Limits
from tests import one_world
from tests.unit.model.promotion.models import with_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from model.training_files import TrainingFiles

pytestmark = pytest.mark.slow

NOTHING_LOGGED = Log([], 0, {}, datetime(2024, 1, 1, tzinfo=UTC))
PATIENT = replace(
    Limits(), min_users=20, max_calibration_error=0.05, max_latency_ms=60_000.0, latency_batches=3, bands_rows=100
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TrainingFiles:
    return training_files(one_world.simulated(tmp_path_factory))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_world.trained(tmp_path_factory).artefact


def test_the_live_model_itself_is_refused_by_nothing_on_users_whom_it_never_saw(
    files: TrainingFiles, trained: Path
) -> None:
    found = judge_candidate(trained, trained, NOTHING_LOGGED, files, limits=PATIENT)

    assert found.version == found.live_version
    by = {(gate.name, gate.on): gate for gate in found.gates}
    assert by[GateName.TOO_LITTLE_EVIDENCE, LOGGED].verdict is Verdict.NOT_ASKED
    assert by[GateName.TOO_LITTLE_EVIDENCE, HELD_OUT].verdict is Verdict.PASSED
    assert by[GateName.WORSE_LOG_LOSS, HELD_OUT].verdict is Verdict.PASSED
    assert by[GateName.LEAKED_FEATURES, HELD_OUT].measured == pytest.approx(1.0, abs=0.5)
    assert by[GateName.LEAKED_FEATURES, HELD_OUT].verdict is Verdict.PASSED
    assert refusals(found.gates) == ()


def test_without_files_and_with_nothing_logged_there_is_nothing_to_judge_by(trained: Path) -> None:
    found = judge_candidate(trained, None, NOTHING_LOGGED, None, limits=PATIENT)

    assert refusals(found.gates) == (GateName.TOO_LITTLE_EVIDENCE,)
    assert found.live_version is None


def test_a_broken_candidate_is_asked_nothing_else(trained: Path, tmp_path: Path) -> None:
    def edit(metadata: dict[str, Any]) -> None:
        metadata["temperature"] = 9.0

    edited = with_metadata(trained, tmp_path / "model.tar.gz", edit)

    found = judge_candidate(edited, trained, NOTHING_LOGGED, None, limits=PATIENT)

    assert refusals(found.gates) == (GateName.BROKEN_ARTEFACT,)
    assert len(found.gates) == 1
