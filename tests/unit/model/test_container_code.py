from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import model
from model.package import SERVING_CODE
from model.pipeline import CONTAINER_CODE
from tests.small_model import write_artefact

HERE = Path(model.__file__).parent
IN_THE_IMAGE = {*sys.stdlib_module_names, "numpy", "joblib", "sklearn"}


def imports_of(source: Path) -> set[str]:
    """What a file imports, but for what lies beside it in its own package."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("name", [name for name in CONTAINER_CODE if name not in SERVING_CODE])
def test_training_imports_what_the_image_has_and_what_is_sent_along(name: str) -> None:
    own = {".".join(("model", *Path(part).with_suffix("").parts)).removesuffix(".__init__") for part in CONTAINER_CODE}

    assert {module for module in imports_of(HERE / name) if module.split(".")[0] not in IN_THE_IMAGE} <= own


@pytest.mark.slow
def test_training_needs_no_compiler_and_nothing_of_the_project(tmp_path: Path) -> None:
    for name in CONTAINER_CODE:
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / name, tmp_path / "model" / name)
    absent = "import sys; sys.modules.update(dict.fromkeys(('numba', 'llvmlite', 'divisa'))); "
    read = "import model.train; print(model.train.__file__)"

    done = subprocess.run(
        [sys.executable, "-c", absent + read], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert Path(done.stdout.strip()).is_relative_to(tmp_path)


def test_inference_stands_alone() -> None:
    assert {module.split(".")[0] for module in imports_of(HERE / "inference.py")} <= IN_THE_IMAGE


@pytest.mark.parametrize("name", [name for name in SERVING_CODE if name.startswith("bands/")])
def test_bands_need_nothing_that_the_image_lacks_but_the_compiler_that_travels_with_them(name: str) -> None:
    assert {module.split(".")[0] for module in imports_of(HERE / name)} <= IN_THE_IMAGE | {"numba", "llvmlite"}


@pytest.mark.slow
def test_without_a_compiler_the_model_is_refused_with_the_reason(tmp_path: Path) -> None:
    with tarfile.open(write_artefact(tmp_path / "model.tar.gz")) as archive:
        archive.extractall(tmp_path / "model", filter="data")
    absent = "import sys; sys.modules['numba'] = None; "
    load = "import inference; inference.model_fn(sys.argv[1])"

    done = subprocess.run(
        [sys.executable, "-c", absent + load, str(tmp_path / "model")],
        cwd=tmp_path / "model" / "code",
        capture_output=True,
        text=True,
        check=False,
    )

    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ValueError: the model cannot be served: there is no numba, and none in ")
