"""An endpoint plane of the test's own, and artefacts to serve with it. No MiniStack needed: models are files."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import joblib
import pytest
from botocore.config import Config
from sklearn.linear_model import LinearRegression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[4]
PATIENCE_SECONDS = 40.0

INFERENCE = """
import json, os, pathlib, time
import joblib

def model_fn(model_dir):
    return joblib.load(pathlib.Path(model_dir) / "model.joblib")

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError("unsupported content type " + content_type)
    return json.loads(body)

def predict_fn(order, model):
    if "sleep" in order:
        time.sleep(order["sleep"])
    if "fail" in order:
        raise RuntimeError("cannot score this")
    if "exit" in order:
        os._exit(3)
    if "environ" in order:
        return [os.environ.get(order["environ"])]
    if "big" in order:
        return ["x" * order["big"]]
    return model.predict([[order["x"]]]).round(6).tolist()

def output_fn(scores, accept):
    return json.dumps(scores), accept
"""


@dataclass
class Plane:
    """A running endpoint plane and its clients."""

    state: Path
    folder: Path
    port: int = 0
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        with (self.folder / "plane.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "local.sagemaker", "--port", str(self.port)),
                    *("--state", str(self.state), "--ready-file", str(ready)),
                ],
                cwd=ROOT,
                env={**environ, **self.environ},
                stderr=log,
            )
        eventually(ready.exists, "the plane is ready")
        self.port = json.loads(ready.read_text())["port"]

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(
                service,
                endpoint_url=f"http://127.0.0.1:{self.port}",
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, max_pool_connections=20),
            )
        return self._clients[service]

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()
        for client in self._clients.values():
            client.close()

    @property
    def control(self) -> Any:
        return self.client("sagemaker")

    def artefact(self, slope: float, inference: str = INFERENCE) -> str:
        """A model.tar.gz that multiplies by a slope; its `file://` address."""
        path = self.folder / f"model-{time.monotonic_ns()}.tar.gz"
        model = io.BytesIO()
        joblib.dump(LinearRegression().fit([[0.0], [1.0]], [0.0, slope]), model)
        with tarfile.open(path, "w:gz") as tar:
            for name, content in (("model.joblib", model.getvalue()), ("code/inference.py", inference.encode())):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return path.as_uri()

    def configure(self, name: str, model_data: str) -> str:
        """A model and an endpoint configuration of one name."""
        self.control.create_model(
            ModelName=name,
            PrimaryContainer={"Image": "sklearn", "ModelDataUrl": model_data, "Environment": {"COLOUR": name}},
            ExecutionRoleArn="arn:aws:iam::000000000000:role/sagemaker-role",
        )
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": name,
            "InitialInstanceCount": 1,
            "InstanceType": "ml.t2.medium",
        }
        self.control.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        return name

    def settled(self, endpoint: str = "decisions", seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Wait until an endpoint is neither being created nor updated; its description."""
        described: dict[str, Any] = {}

        def at_rest() -> bool:
            described.update(self.control.describe_endpoint(EndpointName=endpoint))
            return described["EndpointStatus"] not in {"Creating", "Updating"}

        eventually(at_rest, f"{endpoint} at rest", seconds)
        return described

    def serve(self, slope: float = 2.0) -> None:
        """An endpoint `decisions` in service."""
        self.configure("blue", self.artefact(slope))
        self.control.create_endpoint(EndpointName="decisions", EndpointConfigName="blue")
        assert self.settled()["EndpointStatus"] == "InService"

    def invoke(self, endpoint: str = "decisions", **order: Any) -> Any:
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=json.dumps(order)
        )
        return json.loads(answer["Body"].read())


def eventually(happens: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something of the outside world."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[Plane]:
    plane = Plane(tmp_path / "state", tmp_path)
    with contextlib.closing(plane):
        plane.start()
        yield plane
