"""The artefact as one file: the same parts give the same bytes."""

from __future__ import annotations

import gzip
import tarfile
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidModel

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("code/inference.py", "metadata.json", "model.joblib")


def pack(model_dir: Path, artefact: Path) -> None:
    """Pack a model folder as `model.tar.gz`; times, owners and modes are left out of it.

    Raises:
        InvalidModel: a part is missing.
    """
    absent = [part for part in PARTS if not (model_dir / part).is_file()]
    if absent:
        raise InvalidModel(f"{model_dir} has no {', '.join(absent)}")
    artefact.parent.mkdir(parents=True, exist_ok=True)
    with (
        artefact.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for part in PARTS:
            entry = tarfile.TarInfo(part)
            entry.size = (model_dir / part).stat().st_size
            entry.mode = 0o644
            with (model_dir / part).open("rb") as content:
                archive.addfile(entry, content)
