"""One container as the plane sees it: a process that answers pings and invocations on a port of loopback."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
import time
from typing import TYPE_CHECKING

import httpx

from local.sagemaker.errors import DeploymentFailed, RuntimeRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local.sagemaker.resources import Variant

log = logging.getLogger(__name__)

STARTUP_SECONDS = 300.0
"""How long a container may take until its first good ping; its model's code may be compiled first, half a minute."""
INVOCATION_SECONDS = 60.0
_STOP_SECONDS = 1.5
_LOG_TAIL_BYTES = 600


class ContainerProcess:
    """The container of one variant.

    Args:
        variant: what it serves.
        folder: holds the unpacked `model` folder; `container.log` is written here.
    """

    def __init__(self, variant: Variant, folder: Path) -> None:
        self.variant = variant
        self._folder = folder
        self._log = folder / "container.log"
        self._process: asyncio.subprocess.Process | None = None
        self._client: httpx.AsyncClient | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process and wait until it answers its ping.

        Raises:
            DeploymentFailed: it ended or did not answer in time; the end of its log says why.
        """
        port = _free_port()
        environment = {
            **os.environ,
            **self.variant.environment,
            "SM_MODEL_DIR": str(self._folder / "model"),
            "SAGEMAKER_BIND_TO_PORT": str(port),
            "OMP_NUM_THREADS": "1",
        }
        with self._log.open("ab") as output:
            # The pipe is held open by this process alone: the container ends when it closes, however this one died.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "local.sagemaker.container",
                "--ends-with-stdin",
                env=environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
        self._client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            timeout=INVOCATION_SECONDS,
            limits=httpx.Limits(max_connections=64, keepalive_expiry=30),
            trust_env=False,
        )
        await self._first_ping(self._client, self._process)

    async def _first_ping(self, client: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < deadline and process.returncode is None:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get("/ping", timeout=2)).status_code == 200:
                    return
            await asyncio.sleep(0.05)
        raise DeploymentFailed(
            f"The primary container for production variant {self.variant.name} did not pass the ping health check. "
            f"The end of its log: {self._log_tail()}"
        )

    async def invoke(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Hand an invocation to the container.

        Raises:
            RuntimeRefusal: it did not answer (`ModelError` on time-out, else `ServiceUnavailable`).
        """
        if self._client is None or not self.running:
            raise RuntimeRefusal("ServiceUnavailable", 503, f"The container of variant {self.variant.name} is down.")
        try:
            return await self._client.post("/invocations", content=body, headers=headers)
        except httpx.TimeoutException as cause:
            said = "Your invocation timed out while waiting for a response from container primary."
            raise model_error(0, said) from cause
        except httpx.HTTPError as cause:
            said = f"The container of variant {self.variant.name} did not answer: {cause!r}"
            raise RuntimeRefusal("ServiceUnavailable", 503, said) from cause

    async def ended(self) -> int:
        """Wait until the process ends and return its exit code."""
        return 0 if self._process is None else await self._process.wait()

    async def stop(self) -> None:
        """End the process and wait for it; kill it when it does not end by itself."""
        if self._client is not None:
            await self._client.aclose()
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    def _log_tail(self) -> str:
        with self._log.open("rb") as log_file:
            log_file.seek(0, os.SEEK_END)
            log_file.seek(max(0, log_file.tell() - _LOG_TAIL_BYTES))
            return log_file.read().decode("utf-8", "replace").strip() or "(empty)"


def model_error(status: int, said: str) -> RuntimeRefusal:
    """The `ModelError` for a container that answered with an error.

    >>> print(model_error(400, "no such column").message)
    Received client error (400) from primary with message "no such column".
    """
    side = "client" if 400 <= status < 500 else "server"
    message = f'Received {side} error ({status}) from primary with message "{said}".'
    return RuntimeRefusal("ModelError", 424, message, status, said)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
