"""`python -m bench.evaluation`: the default population's model, judged as `divisa evaluate` judges it.

Simulates, trains, judges, and writes bench/results/evaluation.json, which the cards in docs are made of
(`python -m model.cards`).
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from local.simulated import training_files
from model.cards import EVALUATION
from model.evaluation import evaluate_model
from model.pipeline import train_model
from simulator.simulate import simulate


def main() -> None:
    """Simulate, train, judge and keep the figures."""
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as scratch:
        folder = Path(scratch)
        simulated = simulate(folder / "simulation")
        files = training_files(simulated)
        trained = train_model(files, folder / "model", on_stage=_say)
        simulation = json.loads(simulated.parameters.read_text(encoding="utf-8"))
        found = evaluate_model(trained.artefact, files, folder / "model", simulation=simulation, on_stage=_say)
        shutil.copyfile(found.json_file, EVALUATION)
    _say(f"{EVALUATION}: {found.document['model_version']}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
