"""The artefact that a container without numba, and without a network, can serve."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain.errors import InvalidModel, PackagingError
from divisa.domain.features import FEATURE_NAMES
from infra.artifact import LAPTOP, ROOT
from infra.model_artifact import IN_THE_IMAGE, complete, main
from infra.packages import install
from model.bands import bands, flatten, seen_of
from model.inference import EDGES
from model.package import PARTS
from tests.small_model import TEMPERATURE, THRESHOLDS, VERSION, fitted, question, ranges, write_artefact

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

ASKS = """
import json, sys
import numpy as np
import inference
model = inference.model_fn(sys.argv[1])
answer = inference.predict_fn(np.load(sys.argv[2]), model)
import numba, sklearn
said = {name: answer[name].tolist() for name in ("p_buy", "decision", "inside", *inference.EDGES)}
print(json.dumps({**said, "version": model.version, "numba": numba.__file__, "sklearn": sklearn.__file__}))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_artefact(tmp_path_factory.mktemp("trained") / "model.tar.gz")


@pytest.fixture(scope="module")
def for_aws(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command makes."""
    out = tmp_path_factory.mktemp("aws") / "model.tar.gz"
    command = [sys.executable, "-m", "infra.model_artifact", "--model", str(trained), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{out}\n"
    return out


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages that a scikit-learn container has, for this interpreter."""
    folder = tmp_path_factory.mktemp("image") / "packages"
    install(LAPTOP, folder, root=ROOT, group="model", without=("numba", "llvmlite"))
    return folder


def names_in(artefact: Path) -> list[str]:
    with tarfile.open(artefact) as archive:
        return archive.getnames()


def test_it_carries_the_compiler_that_the_image_lacks_and_no_more(for_aws: Path) -> None:
    names = names_in(for_aws)

    assert set(PARTS) <= set(names)
    packages = {name.split("/")[2] for name in names if name not in PARTS}
    assert {package.split("-")[0] for package in packages} == {"numba", "llvmlite"}
    assert not any("/tests/" in name for name in names)


def test_its_native_code_is_for_the_image_and_not_for_this_machine(for_aws: Path) -> None:
    native = [name for name in names_in(for_aws) if ".cpython-" in name]

    assert native
    assert all("cpython-312-x86_64-linux-gnu" in name for name in native)


def test_completing_it_again_gives_the_same_bytes(for_aws: Path, tmp_path: Path) -> None:
    again = complete(for_aws, tmp_path / "again.tar.gz")

    assert again.read_bytes() == for_aws.read_bytes()


def test_a_container_that_has_no_numba_answers_with_bands(trained: Path, image: Path, tmp_path: Path) -> None:
    asked = question(300)
    np.save(tmp_path / "question.npy", asked.rows())
    with tarfile.open(complete(trained, tmp_path / "model.tar.gz", target=LAPTOP)) as archive:
        archive.extractall(tmp_path / "model", filter="data")

    done = subprocess.run(
        # Without site: nothing of this environment is on the path.
        [sys.executable, "-S", "-c", ASKS, str(tmp_path / "model"), str(tmp_path / "question.npy")],
        cwd=tmp_path / "model" / "code",
        env={"HOME": os.environ.get("HOME", ""), "PYTHONPATH": str(image), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    said = json.loads(done.stdout)
    expected = bands(flatten(fitted()), TEMPERATURE, THRESHOLDS, *asked)
    assert said["version"] == VERSION
    assert said["numba"].startswith(str(tmp_path / "model" / "code" / "lib"))
    assert said["sklearn"].startswith(str(image))
    assert said["p_buy"] == expected.probabilities[:, 1].tolist()
    assert said["decision"] == expected.decision.tolist()
    assert said["inside"] == seen_of(ranges(), FEATURE_NAMES).inside(asked.features()).tolist()
    for edge in EDGES:
        assert said[edge] == getattr(expected, edge).tolist()


def test_what_is_no_model_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(b"no archive")
    with pytest.raises(PackagingError, match=r"model\.tar\.gz is no model.tar.gz that can be read"):
        complete(tmp_path / "model.tar.gz", tmp_path / "out.tar.gz")
    with pytest.raises(PackagingError, match="can be read"):
        complete(tmp_path / "absent.tar.gz", tmp_path / "out.tar.gz")


def test_a_model_without_its_code_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("model.joblib"))

    with pytest.raises(InvalidModel, match=r"code/inference\.py, metadata\.json$"):
        complete(tmp_path / "model.tar.gz", tmp_path / "out.tar.gz")


def test_the_command_says_why_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["model_artifact", "--model", str(tmp_path / "absent")])
    assert main() == 1
    assert "can be read" in capsys.readouterr().err


def test_what_the_image_is_said_to_have_is_what_the_lock_file_names() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")

    assert [name for name in IN_THE_IMAGE if f'name = "{name}"\n' not in lock] == []
