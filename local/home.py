"""Where the laptop cloud keeps what it makes."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The repository: where the code, `serverless.yml` and the virtual environment are."""

HOME = Path(os.environ.get("DIVISA_HOME") or ROOT / ".local").resolve()
"""State, logs and data of the laptop cloud. Another folder is another cloud: the variable DIVISA_HOME names it."""

MODEL = HOME / "model" / "model.tar.gz"
"""Where `divisa train` leaves its artefact and `divisa up` looks for it."""

SIMULATION = HOME / "simulation"
"""Where the simulated population and its prices lie: what commands take when no other files are named."""
