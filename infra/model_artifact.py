"""The model's artefact for AWS: `python -m infra.model_artifact --model model.tar.gz --out aws/model.tar.gz`.

Decision bands are found by code that numba compiles. The managed scikit-learn image has no numba, and its container no
network to fetch it through, so the artefact brings it in `code/lib`, where `inference.py` looks for it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path

from divisa.domain.errors import DivisaError, PackagingError
from infra.artifact import BUILD, ROOT
from infra.packages import Target, files_of, install
from model.package import LIB, pack

IMAGE = Target("3.12", "x86_64-manylinux_2_28")
"""The managed scikit-learn 1.9-0 image (Ubuntu), on instances with x86_64."""
IN_THE_IMAGE = ("cloudpickle", "joblib", "narwhals", "numpy", "scikit-learn", "scipy", "threadpoolctl")
"""What the image has of the dependency group `model`."""


def complete(model: Path, artefact: Path, *, target: Target = IMAGE, root: Path = ROOT) -> Path:
    """Add to an artefact what its container lacks. The same artefact and lock file give the same bytes.

    Args:
        model: `model.tar.gz`, as training leaves it.
        artefact: the file to write; may be the same.
        target: the container's interpreter.
        root: the folder with `uv.lock`.

    Returns:
        `artefact`.

    Raises:
        PackagingError: the model cannot be read, or the packages could not be fetched.
        InvalidModel: the model has not all its parts.
    """
    with tempfile.TemporaryDirectory(prefix="divisa-artefact-") as scratch:
        folder, packages = Path(scratch) / "model", Path(scratch) / "packages"
        try:
            with tarfile.open(model) as archive:
                archive.extractall(folder, filter="data")
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise PackagingError("model artefact", f"{model} is no model.tar.gz that can be read: {error}") from error
        install(target, packages, root=root, group="model", without=IN_THE_IMAGE)
        shutil.rmtree(folder / LIB, ignore_errors=True)
        for path in files_of(packages):
            copy = folder / LIB / path.relative_to(packages)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, copy)
        pack(folder, artefact)
    return artefact


def main() -> int:
    """Run the command line; the artefact's path goes to the standard output."""
    parser = argparse.ArgumentParser(prog="python -m infra.model_artifact", description="Make a model fit for AWS.")
    trained = ROOT / ".local" / "model" / "model.tar.gz"
    parser.add_argument("--model", type=Path, default=trained, help="model.tar.gz; default: what `divisa train` made")
    parser.add_argument("--out", type=Path, default=BUILD / "model.tar.gz", help="default: .build/model.tar.gz")
    options = parser.parse_args()
    try:
        artefact = complete(options.model, options.out)
    except DivisaError as error:
        sys.stderr.write(f"model artefact: {error}\n")
        return 1
    sys.stdout.write(f"{artefact}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
