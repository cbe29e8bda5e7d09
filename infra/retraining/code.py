"""The code that the pipeline's jobs run, as the jobs take it: a folder for S3, named by a hash of what is in it.

    start.py           how a processing job begins
    sourcedir.tar.gz   what script mode and `start.py` unpack: `divisa`, `model`, time zones, and packages for the image

The packages that the image lacks lie in `model/lib`: from there training puts them into the artefact, which is served
without a network.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import PackagingError
from infra.artifact import ROOT
from infra.model_artifact import IN_THE_IMAGE
from infra.packages import copy, install
from model.package import archive

if TYPE_CHECKING:
    from infra.packages import Target

SOURCE, START = "sourcedir.tar.gz", "start.py"
PACKAGES = ("divisa", "model")
_HASH_LENGTH = 16


def build(into: Path, *, target: Target | None, root: Path = ROOT) -> Path:
    """Make the folder. The same code and lock file give the same bytes, and so the same name.

    Args:
        into: the folder that it is put into.
        target: the image's interpreter; None where the jobs run in our own environment, which lacks nothing.
        root: the repository.

    Returns:
        The folder.

    Raises:
        PackagingError: the packages could not be fetched.
    """
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as scratch:
        draft, code = Path(scratch) / "draft", Path(scratch) / "code"
        for package in PACKAGES:
            copy(root / package, code / package)
        copy(_time_zones(), code / "tzdata")
        if target is not None:
            install(target, Path(scratch) / "packages", root=root, group="model", without=IN_THE_IMAGE)
            copy(Path(scratch) / "packages", code / "model" / "lib")
        names = sorted(path.relative_to(code).as_posix() for path in code.rglob("*") if path.is_file())
        archive(code, names, draft / SOURCE)
        shutil.copyfile(Path(__file__).with_name(START), draft / START)
        digest = hashlib.sha256()
        for name in (SOURCE, START):
            digest.update((draft / name).read_bytes())
        folder = into / digest.hexdigest()[:_HASH_LENGTH]
        if not folder.exists():
            draft.rename(folder)
    return folder


def _time_zones() -> Path:
    """The package of time zones, which is data alone, the same for every interpreter."""
    spec = find_spec("tzdata")
    if spec is None or spec.origin is None:
        raise PackagingError("retraining", "the package tzdata is missing; `make setup` brings it")
    return Path(spec.origin).parent
