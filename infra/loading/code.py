"""The code that the lake's jobs run, as they take it: a folder for S3, named by a hash of what is in it.

start.py           how a job begins
code.tar.gz        what it unpacks: `divisa` and `lake`
requirements.txt   the packages that Glue installs for it, with their hashes
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Final

from uv import find_uv_bin

from infra.artifact import ROOT
from infra.command import run
from infra.packages import copy
from model.package import archive

START, CODE, REQUIREMENTS = "start.py", "code.tar.gz", "requirements.txt"
FILES: Final = (START, CODE, REQUIREMENTS)
PACKAGES: Final = ("divisa", "lake")
IN_THE_IMAGE: Final = ("boto3", "botocore", "jmespath", "s3transfer")
"""What Glue 5 has, and has to have in its own versions."""
_HASH_LENGTH = 16


def build(into: Path, *, root: Path = ROOT) -> Path:
    """Make the folder. The same code and lock file give the same bytes, and so the same name.

    Args:
        into: the folder that it is put into.
        root: the repository.

    Returns:
        The folder.

    Raises:
        PackagingError: the packages cannot be listed.
    """
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as scratch:
        draft, code = Path(scratch) / "draft", Path(scratch) / "code"
        for package in PACKAGES:
            copy(root / package, code / package)
        names = sorted(path.relative_to(code).as_posix() for path in code.rglob("*") if path.is_file())
        archive(code, names, draft / CODE)
        shutil.copyfile(Path(__file__).with_name(START), draft / START)
        _list_packages(draft / REQUIREMENTS, root)
        digest = hashlib.sha256()
        for name in FILES:
            digest.update((draft / name).read_bytes())
        folder = into / digest.hexdigest()[:_HASH_LENGTH]
        if not folder.exists():
            draft.rename(folder)
    return folder


def _list_packages(into: Path, root: Path) -> None:
    left_out = [option for name in IN_THE_IMAGE for option in ("--no-emit-package", name)]
    command = [
        find_uv_bin(),
        "export",
        "--frozen",
        "--quiet",
        "--no-emit-project",
        "--no-header",
        "--no-default-groups",
    ]
    run("uv export", [*command, "--group", "lake", *left_out, "--output-file", str(into)], cwd=root)
