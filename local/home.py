"""Where the laptop cloud keeps what it makes: one folder, `.local/`, that `divisa down --wipe` may empty."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The repository: where the code, `serverless.yml` and the virtual environment are."""

HOME = ROOT / ".local"
"""State, logs and data of the laptop cloud. Never committed."""

MODEL = HOME / "model" / "model.tar.gz"
"""Where `divisa train` leaves its artefact and `divisa up` looks for it."""
