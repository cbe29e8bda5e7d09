"""How many users a second the endpoint's container answers with exact bands, over HTTP, on one thread."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.population import START, market, summaries
from divisa.domain.errors import LaptopCloudError
from divisa.domain.features import question

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = Path(__file__).resolve().parents[1] / ".local" / "model" / "model.tar.gz"
BATCHES = (1, 1_000, 10_000)
RUNS = 15
START_SECONDS = 300.0
"""The container compiles first where nobody has before."""


def run() -> dict[str, Any]:
    """Rows a second by batch size, median of runs; the model is the one that `divisa train` made last."""
    seen = market(max(BATCHES))
    rows = question(summaries(max(BATCHES)), seen, np.array([START.timestamp()]), seen.log_mid).rows()
    result: dict[str, Any] = {"bench": "endpoint"}
    with _container(MODEL) as url:
        for batch in BATCHES:
            body = io.BytesIO()
            np.save(body, rows[:batch])
            request = urllib.request.Request(  # noqa: S310 - http on loopback
                f"{url}/invocations",
                data=body.getvalue(),
                headers={"Content-Type": "application/x-npy", "Accept": "application/x-npy"},
            )
            seconds = []
            for _ in range(RUNS):
                started = time.perf_counter()
                with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
                    answered = len(np.load(io.BytesIO(answer.read())))
                seconds.append(time.perf_counter() - started)
            result[f"rows_per_s_at_{batch}"] = round(answered / median(seconds))
            result[f"ms_at_{batch}"] = round(1000 * median(seconds), 2)
    return result


@contextmanager
def _container(artefact: Path) -> Iterator[str]:
    """The container process of the laptop cloud with an artefact in it; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(artefact) as packed:
            packed.extractall(folder, filter="data")
        environment = {
            **os.environ,
            "SM_MODEL_DIR": folder,
            "SAGEMAKER_BIND_TO_PORT": str(port),
            "OMP_NUM_THREADS": "1",
        }
        log = Path(folder) / "container.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "local.sagemaker.container"], env=environment, stdout=output, stderr=output
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _await(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/ping", timeout=1):  # noqa: S310 - http on loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise LaptopCloudError("container", f"did not start\n{log.read_text(encoding='utf-8')[-2000:]}")
