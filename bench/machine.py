"""What the figures were measured on, so that they can be compared with others."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any


def describe() -> dict[str, Any]:
    """Python, libraries and cores of this machine."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "numpy": version("numpy"),
        "scikit_learn": version("scikit-learn"),
    }
