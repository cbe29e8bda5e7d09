"""The model card and the data card: prose that people wrote, with figures that an evaluation gives.

    text    the cards' figures and tables, put into their prose
    *.md    the prose

`python -m model.cards` writes both into docs. After Mitchell et al., "Model Cards for Model Reporting", FAT* 2019, and
Gebru et al., "Datasheets for Datasets", Communications of the ACM 64(12), 2021.
"""

from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
EVALUATION: Final = _ROOT / "bench" / "results" / "evaluation.json"
"""The evaluation of the default population's model, which `python -m bench.evaluation` keeps."""
DOCS: Final = _ROOT / "docs"
