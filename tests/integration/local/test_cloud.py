"""The whole laptop cloud: started, crashed, restarted, interrupted, stopped."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
from typing import TYPE_CHECKING

import boto3
import pytest

from divisa.domain.errors import LaptopCloudError
from lake.contract.contract import Sink
from local import cloud, inbox, parts
from local.lake import sinks
from local.processes import PartState, ProcessIdentity, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.cloud import LaptopCloud

pytestmark = pytest.mark.integration

ANSWERS = """
    def model_fn(model_dir): return "{answer}"
    def input_fn(body, content_type): return body
    def predict_fn(batch, model): return model
    def output_fn(prediction, accept): return prediction, "text/plain"
"""
BROKEN = "raise RuntimeError('pickled by another version')"


def artefact(folder: Path, code: str) -> Path:
    path = folder / "model.tar.gz"
    body = textwrap.dedent(code).encode()
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo("code/inference.py")
        entry.size = len(body)
        tar.addfile(entry, io.BytesIO(body))
    return path


def quietly(_: str) -> None:
    """Takes no notice of progress."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "cloud"
    yield home
    cloud.down(say=quietly, home=home)


def ask(running: LaptopCloud) -> str:
    client = boto3.client("sagemaker-runtime", **running.addresses.client_settings("sagemaker-runtime"))
    try:
        answer = client.invoke_endpoint(EndpointName=running.deployment.endpoint_name, Body=b"x")
        return answer["Body"].read().decode()
    finally:
        client.close()


def send_text(running: LaptopCloud, text: str) -> None:
    client = boto3.client("sns", **running.addresses.client_settings("sns"))
    try:
        client.publish(PhoneNumber="+525512345678", Message=text)
    finally:
        client.close()


def test_one_cloud_lives_through_its_days(home: Path, tmp_path: Path) -> None:
    first_model = artefact(tmp_path, ANSWERS.format(answer="first"))
    running = cloud.up(model=first_model, say=quietly, home=home)
    status = cloud.status(home)
    assert status.running
    assert status.endpoint is not None
    assert status.endpoint.status == "InService"
    assert ask(running) == "first"
    assert sinks.taken(running) == {Sink.RELATIONAL: {}, Sink.WAREHOUSE: {}}
    pids = {part.record.identity.pid for part in status.parts if part.record is not None}

    # A second start changes nothing.
    said: list[str] = []
    assert cloud.up(model=first_model, say=said.append, home=home) == running
    assert said == ["everything runs already"]

    # Another model goes live on the running cloud; one that does not load leaves the one before it.
    cloud.up(model=artefact(tmp_path, ANSWERS.format(answer="second")), say=quietly, home=home)
    assert ask(running) == "second"
    cloud.up(model=first_model, say=quietly, home=home, keeps_served=True)
    assert ask(running) == "second"
    with pytest.raises(LaptopCloudError, match="endpoint: the model does not serve"):
        cloud.up(model=artefact(tmp_path, BROKEN), say=quietly, home=home)
    assert ask(running) == "second"
    assert {part.record.identity.pid for part in cloud.status(home).parts if part.record is not None} == pids

    # A crash is reported by name; a start brings back that part alone, and its containers with it.
    kill(home, parts.SAGEMAKER)
    crashed = cloud.status(home)
    assert {part.name: part.state for part in crashed.parts} == dict.fromkeys(parts.NAMES, PartState.RUNNING) | {
        parts.SAGEMAKER: PartState.CRASHED
    }
    assert str(crashed.crash).startswith("sagemaker: has stopped by itself")
    with pytest.raises(LaptopCloudError, match="sagemaker: has stopped by itself"):
        cloud.addresses(home)
    second_model = artefact(tmp_path, ANSWERS.format(answer="second"))
    cloud.up(model=second_model, say=quietly, home=home)
    now = {part.record.identity.pid for part in cloud.status(home).parts if part.record is not None}
    assert len(now & pids) == len(parts.NAMES) - 1
    assert ask(running) == "second"

    # What it holds survives a stop and a start, at the same addresses, until it is wiped.
    send_text(running, "Compra")
    cloud.down(say=quietly, home=home)
    assert not any(ProcessIdentity.of(pid) for pid in now)
    assert cloud.up(model=second_model, say=quietly, home=home) == running
    assert ask(running) == "second"
    assert [message.text for message in inbox.read(running.addresses)] == ["Compra"]
    cloud.down(wipe=True, say=quietly, home=home)
    cloud.up(model=None, say=quietly, home=home)
    assert inbox.read(running.addresses) == []
    assert cloud.status(home).endpoint is None


def test_a_model_that_is_slow_to_come_back_after_a_crash_is_waited_for(home: Path, tmp_path: Path) -> None:
    slow = artefact(tmp_path, "import time\ntime.sleep(2.0)\n" + textwrap.dedent(ANSWERS.format(answer="slow")))
    cloud.up(model=slow, say=quietly, home=home)
    kill(home, parts.SAGEMAKER)
    assert ask(cloud.up(model=slow, say=quietly, home=home)) == "slow"


def test_a_part_that_does_not_start_is_named_and_the_others_are_stopped_again(home: Path) -> None:
    broken = home / "mappings" / "checkpoints" / "some.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{", encoding="utf-8")

    with pytest.raises(LaptopCloudError, match=r"mappings: stopped while it was starting(?s:.)*cannot be read"):
        cloud.up(model=None, say=quietly, home=home)

    assert {part.state for part in cloud.status(home).parts} == {PartState.STOPPED}


def _hear_ctrl_c() -> None:
    """As at a terminal: a shell has its background jobs, and all that they start, ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_during_a_start_leaves_nothing_running(home: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "local.cli", "up", "--without-model"],
        env={**os.environ, "DIVISA_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_ctrl_c,
    )
    with command:
        while Supervisor(home).status(parts.MINISTACK).state is not PartState.RUNNING:
            assert command.poll() is None
            time.sleep(0.01)
        started = Supervisor(home).state.parts[parts.MINISTACK]
        command.send_signal(signal.SIGINT)
        _, said = command.communicate()

    assert command.returncode == 130
    assert said.rstrip().endswith("interrupted")
    assert not started.identity.alive()
    assert {part.state for part in cloud.status(home).parts} == {PartState.STOPPED}


def kill(home: Path, name: str) -> None:
    record = Supervisor(home).state.parts[name]
    os.kill(record.identity.pid, signal.SIGKILL)
    while record.identity.alive():
        time.sleep(0.01)
