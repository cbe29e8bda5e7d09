"""A stage of an endpoint plane and a bare MiniStack (buckets and parameters), and two models to serve on it."""

from __future__ import annotations

import contextlib
import shutil
import tarfile
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local.artefact import version_of
from local.promotion.bucket import upload
from local.promotion.stage import LOCAL, Names, Stage
from model.package import pack
from tests.integration.local.sagemaker.conftest import Plane
from tests.unit.model.promotion.models import rows, train

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ministack import BareMiniStack


@dataclass(frozen=True)
class Models:
    """Two artefacts of one training set."""

    blue: Path
    green: Path

    @property
    def blue_version(self) -> str:
        return version_of(self.blue)

    @property
    def green_version(self) -> str:
        return version_of(self.green)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    made, folder = rows(), tmp_path_factory.mktemp("models")
    return Models(train(made, folder / "blue"), train(made, folder / "green", seed=1))


@pytest.fixture(scope="module")
def plane(ministack: BareMiniStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    folder = tmp_path_factory.mktemp("plane")
    plane = Plane(folder / "state", folder, environ=ministack.environ())
    with contextlib.closing(plane):
        plane.start()
        yield plane


@pytest.fixture(scope="module")
def stage(ministack: BareMiniStack, plane: Plane) -> Iterator[Stage]:
    """Nothing is served on it yet."""
    mark = uuid.uuid4().hex[:8]
    at = ministack.addresses
    settings: dict[str, Any] = {service: dict(at.client_settings(service)) for service in ("s3", "ssm")}
    for service in ("sagemaker", "sagemaker-runtime"):
        settings[service] = {**at.client_settings("s3"), "endpoint_url": f"http://127.0.0.1:{plane.port}"}
    names = Names(f"{LOCAL}-{mark}", "decisions", f"models-{mark}", f"lake-{mark}", f"{mark}-")
    with Stage(names, settings, is_local=True) as opened:
        opened.s3.create_bucket(Bucket=names.models_bucket)
        opened.s3.create_bucket(Bucket=names.lake_bucket)
        yield opened


@pytest.fixture(scope="module")
def serving_blue(stage: Stage, plane: Plane, models: Models) -> Stage:
    """The blue model is live, brought there by nobody's promotion; every test leaves it live."""
    key = upload(stage.s3, stage.names.models_bucket, models.blue)
    plane.configure("blue", f"s3://{stage.names.models_bucket}/{key}")
    stage.sagemaker.create_endpoint(EndpointName="decisions", EndpointConfigName="blue")
    assert plane.settled()["EndpointStatus"] == "InService"
    return stage


def broken_after_loading(artefact: Path, folder: Path) -> Path:
    """A copy whose code loads, passes its ping, and fails every question."""
    with tarfile.open(artefact) as archive:
        archive.extractall(folder, filter="data")
    inference = folder / "code" / "inference.py"
    inference.write_text(
        inference.read_text().replace(
            "def predict_fn(", "def predict_fn(rows, model):\n    raise RuntimeError('out of memory')\n\n\ndef _unused("
        )
    )
    pack(folder, folder.with_suffix(".tar.gz"))
    shutil.rmtree(folder)
    return folder.with_suffix(".tar.gz")
