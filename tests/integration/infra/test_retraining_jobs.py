"""The pipeline's jobs with nothing but what the managed image has: no project, no numba, no boto3, no time zones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from infra.artifact import LAPTOP, ROOT
from infra.packages import install
from infra.retraining.code import build
from simulator.simulate import Simulation, simulate

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


def run(cwd: Path, path: list[Path], *command: str, **environ: str) -> str:
    """Run Python without `site`: nothing of this environment is on the path."""
    done = subprocess.run(
        [sys.executable, "-S", *command],
        cwd=cwd,
        env={
            "HOME": os.environ.get("HOME", ""),
            "OMP_NUM_THREADS": "1",
            "PYTHONTZPATH": "",
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_files_to_an_evaluation_they_need_no_more_than_the_image_and_what_they_bring(tmp_path: Path) -> None:
    image, data = tmp_path / "packages", tmp_path / "data"
    install(LAPTOP, image, root=ROOT, group="model", without=("numba", "llvmlite"))
    code = build(tmp_path / "code", target=None)
    days = Simulation(users=160, start=date(2022, 6, 1), end=date(2023, 9, 1), seed=4)
    files = simulate(tmp_path / "world", days)
    for name in ("prices", "transactions"):
        (data / name).mkdir(parents=True)
        getattr(files, name).rename(data / name / "part-0.csv")
    start = str(code / "start.py")

    prepared = ["--data", str(data), "--out", str(tmp_path / "matrix"), "--max-rows", "20000"]
    said = run(tmp_path, [image], start, "model.jobs.prepare", *prepared)
    assert "Replaying the ledger\n" in said

    source = tmp_path / "source"
    with tarfile.open(code / "sourcedir.tar.gz") as packed:
        packed.extractall(source, filter="data")
    told = {"SM_CHANNEL_TRAIN": "matrix", "SM_MODEL_DIR": "model", "SM_OUTPUT_DATA_DIR": "output"}
    told = {name: str(tmp_path / folder) for name, folder in told.items()}
    run(source, [source, image], str(source / "model" / "train.py"), "--max-iter=10", **told)
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as artefact:
        artefact.add(tmp_path / "model", arcname=".")

    judged = ["--model", str(tmp_path / "model.tar.gz"), "--matrix", str(tmp_path / "matrix")]
    run(tmp_path, [image], start, "model.jobs.evaluate", *judged, "--out", str(tmp_path / "evaluation"))
    report = json.loads((tmp_path / "evaluation" / "evaluation.json").read_text())
    assert report["log_loss"] < report["base_rate_log_loss"]
    assert report["model"]["model_version"].startswith("hgb-")
