"""The one zip that all functions share: this project's code and the packages that it needs.

The packages are a layer of their own, `deps-<hash>.zip`, made once for a lock file, a Python version and a platform.
The code is appended to a copy of it, so a changed line costs no second. Entries are sorted and dated alike: the same
inputs give the same bytes, and a deployment of unchanged code is seen as such.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from divisa.domain.errors import PackagingError
from infra.packages import Target, files_of, install

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"

CODE = ("api_handlers", "divisa", "lake", "stream_consumers")
IN_THE_RUNTIME = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
"""What every Lambda Python runtime carries, and the laptop's cloud too."""

MAX_ZIPPED = 50 * 2**20
"""Bytes. Above it Lambda takes no direct upload, and a cold start fetches too long."""
MAX_UNZIPPED = 250 * 2**20
"""Bytes. Lambda's own limit."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # The earliest date that a zip can say.
_LAYOUT = "1"  # Part of the layer's hash: raise it when what is dropped changes.


AWS = Target("3.12", "x86_64-manylinux_2_28")
"""Lambda's python3.12 on x86_64 (Amazon Linux 2023, glibc 2.34)."""
LAPTOP = Target(f"{sys.version_info.major}.{sys.version_info.minor}")
"""The laptop's cloud runs every function on the interpreter that runs the cloud itself."""


def build(target: Target, destination: Path, *, root: Path = ROOT, cache: Path = BUILD) -> Path:
    """Build the artifact.

    Args:
        target: the interpreter that it is for.
        destination: the zip to write; replaced only once it is complete.
        root: the folder with the code and `uv.lock`.
        cache: the folder of the package layers.

    Returns:
        `destination`.

    Raises:
        PackagingError: the packages could not be fetched, or the artifact is too big for Lambda.
    """
    layer = _layer(target, root, cache)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent) as scratch:
        draft = Path(scratch) / destination.name
        shutil.copyfile(layer, draft)
        with zipfile.ZipFile(draft, "a") as artifact:
            for package in CODE:
                _add(artifact, root / package, package)
        check_size(draft)
        draft.replace(destination)
    return destination


def check_size(artifact: Path, *, max_zipped: int = MAX_ZIPPED, max_unzipped: int = MAX_UNZIPPED) -> None:
    """Refuse an artifact that Lambda would refuse.

    Args:
        artifact: a zip.
        max_zipped: bytes that it may have.
        max_unzipped: bytes that its contents may have.

    Raises:
        PackagingError: it has more; names the biggest packages.
    """
    zipped = artifact.stat().st_size
    sizes: dict[str, int] = {}
    with zipfile.ZipFile(artifact) as contents:
        for entry in contents.infolist():
            top = entry.filename.split("/", 1)[0]
            sizes[top] = sizes.get(top, 0) + entry.file_size
    unzipped = sum(sizes.values())
    if zipped > max_zipped or unzipped > max_unzipped:
        biggest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
        raise PackagingError(
            "artifact",
            f"{_mb(zipped)} zipped, {_mb(unzipped)} unzipped; Lambda takes {_mb(max_zipped)} and"
            f" {_mb(max_unzipped)}. Biggest: " + ", ".join(f"{name} {_mb(size)}" for name, size in biggest),
        )


def _layer(target: Target, root: Path, cache: Path) -> Path:
    inputs = "\n".join((_LAYOUT, target.python_version, target.platform or sys.platform, *IN_THE_RUNTIME)).encode()
    digest = hashlib.sha256(inputs + (root / "uv.lock").read_bytes()).hexdigest()[:16]
    layer = cache / f"deps-{digest}.zip"
    if layer.exists():
        return layer
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        packages, draft = Path(scratch) / "packages", Path(scratch) / "layer.zip"
        install(target, packages, root=root, without=IN_THE_RUNTIME)
        with zipfile.ZipFile(draft, "w") as contents:
            _add(contents, packages, "")
        draft.replace(layer)
    return layer


def _add(archive: zipfile.ZipFile, folder: Path, prefix: str) -> None:
    for path in files_of(folder):
        name = (Path(prefix) / path.relative_to(folder)).as_posix()
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3  # Unix, so that the mode below is read on every machine.
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, path.read_bytes())


def _mb(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
