"""The artefact as one file: the same parts give the same bytes."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidModel

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVING_CODE = (
    *sorted(f"bands/{source.name}" for source in Path(__file__).with_name("bands").glob("*.py")),
    "effect.py",
    "inference.py",
)
"""What answers at the endpoint, as files of this package; in an artefact it lies in `code`."""
PARTS = (*(f"code/{name}" for name in SERVING_CODE), "metadata.json", "model.joblib")
OPTIONAL_PARTS = ("uplift.joblib",)
"""What an artefact may have beside."""
LIB = "code/lib"
"""Where an artefact brings packages that its image lacks."""
_LEVEL = 6  # The highest level packs a compiler three times as long, for half a per cent of its size.


def pack(model_dir: Path, artefact: Path) -> None:
    """Pack a model folder as `model.tar.gz`; times, owners and modes are left out of it.

    What lies in its `code/lib` is packed too.

    Raises:
        InvalidModel: a part is missing.
    """
    absent = [part for part in PARTS if not (model_dir / part).is_file()]
    if absent:
        raise InvalidModel(f"{model_dir} has no {', '.join(absent)}")
    beside = [part for part in OPTIONAL_PARTS if (model_dir / part).is_file()]
    archive(model_dir, (*PARTS, *beside, *_lib(model_dir)), artefact)


def archive(folder: Path, names: Iterable[str], path: Path) -> None:
    """Write files of a folder as tar.gz, in the order of their names here; times, owners and modes are left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=file, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as packed,
    ):
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = (folder / name).stat().st_size
            entry.mode = 0o644
            with (folder / name).open("rb") as content:
                packed.addfile(entry, content)


def unpack(artefact: Path, folder: Path) -> None:
    """Unpack a `model.tar.gz` into a folder.

    Raises:
        InvalidModel: there is no such file, or it is no archive.
    """
    if not artefact.is_file():
        raise InvalidModel(f"there is no model at {artefact}")
    try:
        with tarfile.open(artefact) as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise InvalidModel(f"{artefact} is no model: {error}") from error


def _lib(model_dir: Path) -> list[str]:
    return sorted(path.relative_to(model_dir).as_posix() for path in (model_dir / LIB).rglob("*") if path.is_file())
